"""The format `qti`: result reports of QTI 2.1, 2.2 and 3.0."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, ClassVar
from xml.etree import ElementTree as ET

from learnloom.pipelines.convert.format import Converted, ConvertError, SourceRecord
from learnloom.pipelines.convert.origin import OneOrigin
from learnloom.pipelines.convert.qti.document import results
from learnloom.pipelines.convert.qti.statements import candidate_of, statements_of
from learnloom.pipelines.convert.text import chunks, too_big
from learnloom.pipelines.ingest.sources.errors import InputError
from learnloom.pipelines.ingest.sources.lines import KEPT_BYTES


class ResultReports(OneOrigin):
    """QTI Results Reporting."""

    name: ClassVar[str] = "qti"
    summary: ClassVar[str] = (
        "Results of QTI 2 and 3 (assessmentResult), as TAO exports them: answers, scores of tests."
    )

    def read(self, given: Path | BinaryIO) -> Iterator[SourceRecord]:
        """Yield every result; its bytes are its element, without namespaces.

        Raises:
            InputError: it is no XML (on), has a document type, or holds no result.
        """
        for number, (result, size) in enumerate(results(chunks(given), self._max_bytes), start=1):
            raw, place = ET.tostring(result), f"assessmentResult {number}"
            if size > self._max_bytes:
                yield SourceRecord(raw[:KEPT_BYTES], place, error=too_big(size, self._max_bytes))
            else:
                yield SourceRecord(raw, place, content=result)

    def convert(self, record: SourceRecord) -> Converted:
        """Make the statements of one result.

        Raises:
            ConvertError: it does not say whose it is, of what, or when.
        """
        result = record.content if record.content is not None else self._parsed(record.raw)
        student = candidate_of(result)
        made = statements_of(result, student, self._origin)
        kind = "assessmentResult"
        if not made:
            return Converted([], kind, _key(result, student), "nothing was answered, or scored")
        return Converted(list(made.values()), kind, _key(result, student), names=list(made), can_change=True)

    def _parsed(self, raw: bytes) -> ET.Element:
        try:
            return next(results([raw], self._max_bytes)).element
        except InputError as error:
            raise ConvertError("convert-xml", f"It cannot be read: {error}.") from None


def _key(result: ET.Element, student: str) -> str:
    """Name a result: whose, in which session, of which test, begun when. Scored anew it keeps all of them."""
    sessions = sorted(
        f"{each.get('sourceID')}={each.get('identifier')}"
        for each in result.iterfind("context/sessionIdentifier")
        if "name" not in each.get("sourceID", "").lower()
    )
    test = result.find("testResult")
    tests = (
        [test.get("identifier", ""), "" if sessions else test.get("datestamp", "")]
        if test is not None
        else []
    )
    if not sessions and not tests:
        tests = sorted({each.get("datestamp", "") for each in result.iterfind("itemResult")})[:1]
    return "\x1f".join([student, *sessions, *tests])
