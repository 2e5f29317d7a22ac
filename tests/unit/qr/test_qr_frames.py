import pytest
from base45 import b45encode
from hypothesis import given
from hypothesis import strategies as st

from esspass.errors import MalformedError
from esspass.qr.frames import (
    MAX_FRAMES,
    MAX_SEQUENCES,
    Frame,
    FrameCollector,
    Progress,
    create_frames,
    parse_frame,
)

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
TEXT = st.text(ALPHABET, min_size=1, max_size=900)
LONG = "ESP1:" + ALPHABET * 30


def _frames(text, budget=400):
    return [parse_frame(frame) for frame in create_frames(text, budget)]


@given(TEXT, st.integers(40, 400))
def test_frames_keep_to_the_budget_and_are_about_as_long(text, budget):
    frames = create_frames(text, budget)
    lengths = [len(parse_frame(frame).chunk) for frame in frames]
    assert max(map(len, frames)) <= budget
    assert len(frames) == 1 or lengths[0] == lengths[1] + 2 or len(frames) == 2
    assert len(set(lengths[1:-1])) <= 1
    assert "".join(parse_frame(frame).chunk for frame in frames) == text


@given(st.binary(min_size=100, max_size=400), st.integers(40, 90))
def test_no_frame_ends_with_a_space_that_a_reader_might_trim(data, budget):
    text = "ESP1:" + b45encode(data).decode()
    assert not [frame for frame in create_frames(text, budget) if frame.endswith(" ")]


@given(TEXT, st.randoms(use_true_random=False), st.integers(0, 5))
def test_any_order_and_any_repetition_gives_the_text(text, random, repetitions):
    frames = _frames(text, 60)
    shown = frames + random.choices(frames, k=repetitions)
    random.shuffle(shown)
    collector = FrameCollector()
    texts = [collector.add(frame).text for frame in shown]
    assert text in texts
    assert set(texts) <= {None, text}


@given(TEXT, TEXT, st.randoms(use_true_random=False))
def test_two_sequences_at_once_are_told_apart(one, other, random):
    shown = _frames(one, 60) + _frames(other, 60)
    random.shuffle(shown)
    collector = FrameCollector()
    assert {collector.add(frame).text for frame in shown} - {None} == {one, other}


def test_progress_counts_different_frames():
    frames = _frames(LONG)
    collector = FrameCollector()
    name = frames[0].sequence
    assert len(frames) == 4
    assert collector.add(frames[2]) == Progress(name, 1, 4)
    assert collector.add(frames[2]) == Progress(name, 1, 4)
    assert collector.add(frames[0]) == Progress(name, 2, 4)
    assert collector.add(frames[3]) == Progress(name, 3, 4)
    assert collector.add(frames[1]) == Progress(name, 4, 4, LONG)
    assert collector.add(frames[1]) == Progress(name, 1, 4)


def test_the_sequence_seen_longest_ago_gives_way():
    collector = FrameCollector()
    first, *others = [_frames(f"{LONG}{n}") for n in range(MAX_SEQUENCES + 1)]
    collector.add(first[0])
    for frames in others:
        collector.add(frames[0])
    assert len(collector._sequences) == MAX_SEQUENCES
    assert collector.add(first[1]).received == 1
    assert collector.add(others[-1][1]).received == 2


def test_a_hundred_thousand_sequences_take_no_memory():
    collector = FrameCollector()
    for number in range(100_000):
        collector.add(Frame(f"{number:04}"[-4:], 2 + number % 60, 1, "A"))
    assert len(collector._sequences) == MAX_SEQUENCES


def test_frames_that_are_not_of_one_text_are_torn():
    frames = _frames(LONG)
    collector = FrameCollector()
    for frame in frames[:-1]:
        collector.add(frame)
    false = Frame(frames[-1].sequence, frames[-1].total, frames[-1].index, "FALSE")
    with pytest.raises(MalformedError) as refused:
        collector.add(false)
    assert refused.value.code == "torn"
    assert [collector.add(frame).text for frame in frames][-1] == LONG  # and it goes on


def test_another_text_of_the_same_name_begins_anew():
    frames = _frames(LONG)
    collector = FrameCollector()
    collector.add(frames[0])
    collector.add(frames[1])
    other = Frame(frames[0].sequence, frames[0].total, 1, "OTHER")
    assert collector.add(other).received == 1


def test_frames_do_not_nest():
    inner = create_frames("ESP1:TEXT", 200)[0]
    with pytest.raises(MalformedError) as refused:
        FrameCollector().add(parse_frame(create_frames(inner, 200)[0]))
    assert refused.value.code == "torn"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ESF1:", "torn"),
        ("ESF1:ABCD/2/1:", "torn"),
        ("ESF1:ABCD/2/1", "torn"),
        ("ESF1:ABC/2/1:X", "torn"),
        ("ESF1:abcd/2/1:X", "torn"),
        ("ESF1:ABCD/0/0:X", "torn"),
        ("ESF1:ABCD/2/0:X", "torn"),
        ("ESF1:ABCD/2/3:X", "torn"),
        ("ESF1:ABCD/02/1:X", "torn"),
        ("ESF1:ABCD/-2/1:X", "torn"),
        ("ESF1:ABCD/2/1:x", "torn"),
        ("ESF1:ABCD/2/1:X\n", "torn"),
        ("ESF1:ABCD/٢/١:X", "torn"),
        ("ESF1:ABCD/999999999999/1:X", "torn"),
        ("ESF1:ABCD/65/1:X", "too_large"),
        ("ESF1:ABCD/2/1:" + "X" * 5000, "too_large"),
    ],
)
def test_hostile_frames_are_refused(text, code):
    with pytest.raises(MalformedError) as refused:
        parse_frame(text)
    assert refused.value.code == code


@pytest.mark.parametrize(("text", "budget"), [("A" * 10_000, 60), ("A", 10), ("", 400)])
def test_what_no_sequence_holds_is_not_cut(text, budget):
    with pytest.raises(MalformedError) as refused:
        create_frames(text, budget)
    assert refused.value.code == "too_large"
    assert len(create_frames("A" * 99 * MAX_FRAMES, 117)) == MAX_FRAMES
