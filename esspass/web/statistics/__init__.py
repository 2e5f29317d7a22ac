"""Pages and files of statistics, alike for an institution and for the centre."""

from esspass.web.statistics.commands import create_statistics_command, hand_in
from esspass.web.statistics.pages import (
    Counting,
    answer_csv,
    choose_period,
    create_statistics_blueprint,
)
from esspass.web.statistics.view import Margin, create_view, write_csv, write_json

__all__ = [
    "Counting",
    "Margin",
    "answer_csv",
    "choose_period",
    "create_statistics_blueprint",
    "create_statistics_command",
    "create_view",
    "hand_in",
    "write_csv",
    "write_json",
]
