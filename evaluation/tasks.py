"""What a Celery worker does for evaluation: measure the pictures of a study."""

import structlog

from config.celery import app
from evaluation.measurements import MeasureError
from evaluation.services import MEASURE_TASK, measure
from studies.models import Study

log = structlog.get_logger(__name__)


@app.task(name=MEASURE_TASK)
def measure_study(study_id: int) -> None:
    """Measure what is not measured yet; safe to run twice, or to be killed and run again."""
    study = Study.objects.select_related("protocol").get(pk=study_id)
    try:
        done = measure(study=study)
    except MeasureError as error:
        log.warning("could not measure", study=study.slug, error=str(error))
    else:
        log.info("measured", study=study.slug, values=done.new, skipped=dict(done.skipped))
