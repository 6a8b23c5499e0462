"""A model card as a document: what stands before the first section, and the sections."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of a card under a heading of the second level.

    Parameters
    ----------
    heading : str
    body : str
        All between this heading and the next, blank lines included.
    """

    heading: str
    body: str

    @classmethod
    def of(cls, heading: str, text: str) -> "Section":
        """Return a section of this text, with a blank line before and after it."""
        return cls(heading=heading, body=f"\n{text.strip(chr(10))}\n\n")

    @property
    def text(self) -> str:
        """The body without the blank lines around it."""
        return self.body.strip("\n")


@dataclass(frozen=True, kw_only=True)
class Card:
    """A model card in Markdown.

    Parameters
    ----------
    head : str
        Metadata, title and introduction.
    sections : tuple of Section

    Examples
    --------
    >>> card = Card.parse("# mine\\n\\n## Data\\n\\nStars.\\n")
    >>> print(card.with_section("Limits", "Stars only.").to_markdown())
    # mine
    <BLANKLINE>
    ## Data
    <BLANKLINE>
    Stars.
    <BLANKLINE>
    ## Limits
    <BLANKLINE>
    Stars only.
    <BLANKLINE>
    """

    head: str
    sections: tuple[Section, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Card":
        """Read a card; `to_markdown` gives the same text back."""
        parts, in_code = [""], False
        for line in text.splitlines(keepends=True):
            in_code ^= line.startswith("```")
            if line.startswith("## ") and not in_code:
                parts.append(line)
            else:
                parts[-1] += line
        head, *section_texts = parts
        return cls(head=head, sections=tuple(_parse_section(part) for part in section_texts))

    def to_markdown(self) -> str:
        """Return the text of the card; it ends with one line break."""
        parts = (f"## {section.heading}\n{section.body}" for section in self.sections)
        return "".join([self.head, *parts]).rstrip("\n") + "\n"

    def section(self, heading: str) -> Section | None:
        """Return the section under a heading; None if there is none."""
        return next((one for one in self.sections if one.heading == heading), None)

    def with_section(self, heading: str, text: str, *, before: str = "") -> "Card":
        """Return the card with a section replaced, or added if it has none of that heading.

        Parameters
        ----------
        before : str
            The heading in front of which to add it; at the end if the card has no such section.
        """
        new, headings = Section.of(heading, text), [one.heading for one in self.sections]
        if heading in headings:
            place = headings.index(heading)
            later = self.sections[place + 1 :]
        else:
            place = headings.index(before) if before in headings else len(headings)
            later = self.sections[place:]
        earlier = _end_with_blank_line(self.head, self.sections[:place])
        return replace(earlier, sections=(*earlier.sections, new, *later))


def _parse_section(part: str) -> Section:
    heading, _, body = part.partition("\n")
    return Section(heading=heading.removeprefix("## "), body=body)


def _end_with_blank_line(head: str, sections: tuple[Section, ...]) -> Card:
    """Return what stands before an added section, with a blank line at its end."""
    if sections:
        last = sections[-1]
        body = f"{last.body.rstrip(chr(10))}\n\n"
        return Card(head=head, sections=(*sections[:-1], replace(last, body=body)))
    return Card(head=f"{head.rstrip(chr(10))}\n\n" if head.strip() else "")
