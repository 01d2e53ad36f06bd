"""Which of several languages a reader wants (RFC 4647, look-up)."""

from collections.abc import Mapping, Sequence


def languages_of(header: str) -> list[str]:
    """The languages of a header Accept-Language, most wanted first; what cannot be read is passed over."""
    weighed = []
    for place, part in enumerate(header.split(",")):
        tag, _, rest = part.strip().partition(";")
        try:
            weight = float(rest.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if tag and weight > 0:
            weighed.append((-weight, place, tag.strip().lower()))
    return [tag for _, _, tag in sorted(weighed)]


def preferred(texts: Mapping[str, str], languages: Sequence[str]) -> dict[str, str]:
    """Reduce a language map to the one entry that fits best; the first where none fits."""
    by_tag = {tag.lower(): tag for tag in texts}
    for wanted in languages:
        range_ = wanted
        while range_:
            if range_ in by_tag:
                return {by_tag[range_]: texts[by_tag[range_]]}
            range_ = range_.rpartition("-")[0]
        longer = next((tag for tag in by_tag if tag.startswith(f"{wanted}-")), None)
        if longer is not None:
            return {by_tag[longer]: texts[by_tag[longer]]}
    return dict(list(texts.items())[:1])
