from bench.formats import create_cases, create_table, main, measure


def test_the_benchmark_of_formats_runs(capsys):
    main(rounds=1, seconds=0.001)
    assert "issue SD-JWT VC, 25 claims" in capsys.readouterr().out


def test_ratios_are_to_primitives_of_the_same_run():
    cases = create_cases()
    rows = {row.name: row for row in measure(cases, rounds=1, seconds=0.001)}
    assert rows["raw ES256 sign"].ratio == rows["raw ES256 verify"].ratio == 1
    assert rows["status list: look up"].ratio is None
    assert len(create_table(list(rows.values()), cases).splitlines()) == len(cases) + 1
