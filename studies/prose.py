"""A researcher's text (light Markdown) as safe HTML: paragraphs, emphasis, lists, links."""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "h2", "h3", "blockquote", "code", "hr"}
SCHEMES = {"https", "http", "mailto", "tel"}


def prose(text: str) -> SafeString:
    """Markdown to HTML. Tags in the text are shown as text; images, styles and scripts cannot be
    written, and links tell the other site nothing about where they were clicked."""
    html = MarkdownIt("commonmark", {"html": False}).render(text)
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    )
    return mark_safe(clean)  # noqa: S308 (nh3 let nothing through but the tags above)
