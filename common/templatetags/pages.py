"""Links to pages of ours for those who may open them."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.urls import Resolver404, resolve, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_block_tag(takes_context=True)
def page(context: Context, content: SafeString, name: str) -> SafeString:
    """{% page "kpis" %}KPIs{% endpage %}: a link where the reader's role is in the page's policy, else the words."""
    url = open_to(reverse(name), context["request"].user)
    return format_html('<a href="{}">{}</a>', url, content) if url else content


@register.filter
def open_to(url: str, user: Any) -> str:
    """The address; blank where the policy of its page leaves this reader's role out."""
    try:
        policy = getattr(resolve(url.split("?")[0].split("#")[0]).func, "policy", None)
    except Resolver404:
        return url
    closed = policy is not None and policy.audience != "public" and getattr(user, "role", "") not in policy.roles
    return "" if closed else url
