from console.domain.runs.events import ErrorInfo, Event, reason


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


WRAPPED = """Job with job_id=glucose.3 had 5 retries. Last failure message was: Traceback (most recent call last):
  File "/opt/code/load.py", line 12, in run
    merge(rows)
KeyError: 'x'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/opt/code/iceberg.py", line 3, in scan
    open(path)
fsspec.errors.FileNotFoundError: no file raw/00001.avro
"""


def test_a_text_that_holds_a_traceback_shows_what_the_traceback_ends_with() -> None:
    error = ErrorInfo(WRAPPED, "LoadClientJobRetry")
    assert error.headline == "FileNotFoundError: no file raw/00001.avro"
    outer = ErrorInfo("Pipeline execution failed", "PipelineStepFailed", cause=error)
    assert outer.headline == "FileNotFoundError: no file raw/00001.avro"


def test_a_traceback_that_was_quoted_is_read_as_well() -> None:
    error = ErrorInfo(repr(WRAPPED), "LoadClientJobRetry")
    assert error.headline == "FileNotFoundError: no file raw/00001.avro"


def test_an_error_without_module_is_shown_as_the_traceback_ends() -> None:
    text = 'failed: Traceback (most recent call last):\n  File "a.py", line 1\nKeyError: 7\n'
    assert ErrorInfo(text, "RuntimeError").headline == "KeyError: 7"


def test_a_traceback_that_was_cut_off_leaves_the_first_line() -> None:
    cut = "Job had 5 retries: Traceback (most recent call last):\n  File"
    assert ErrorInfo(cut, "LoadClientJobRetry").headline.startswith("LoadClientJobRetry: Job had 5")


def test_an_engine_event_that_holds_a_traceback_is_the_reason_by_its_end() -> None:
    events = [Event(1.0, "ERROR", "ENGINE_EVENT", f"The worker ended. {WRAPPED}")]
    assert reason(events) == "fsspec.errors.FileNotFoundError: no file raw/00001.avro"
