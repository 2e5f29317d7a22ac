from bench.codes import main


def test_the_benchmark_of_codes_runs(capsys):
    main(rounds=1, seconds=0.001)
    printed = capsys.readouterr().out
    assert "A1 on paper: read, verify" in printed
    assert "driver pda1" in printed
