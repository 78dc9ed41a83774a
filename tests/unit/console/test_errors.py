from console.domain.events import ErrorInfo


def test_a_headline_is_the_root_causes_first_line_without_its_module() -> None:
    cause = ErrorInfo("httpx.ConnectTimeout: nightscout:443 after 10 s\n", "ConnectTimeout")
    outer = ErrorInfo(
        "Error occurred while executing op", "DagsterExecutionStepExecutionError", (), cause
    )
    assert outer.headline == "ConnectTimeout: nightscout:443 after 10 s"


def test_a_headline_names_the_class_where_the_message_does_not() -> None:
    assert ErrorInfo("no such day", "ValueError").headline == "ValueError: no such day"
    assert ErrorInfo("ValueError: no such day", "ValueError").headline == "ValueError: no such day"


def test_dagsters_own_failure_leaves_the_words_alone() -> None:
    message = "dagster._core.definitions.events.Failure: Nightscout failed for 2026-11-19"
    assert ErrorInfo(message, "Failure").headline == "Nightscout failed for 2026-11-19"
