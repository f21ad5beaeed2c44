"""What the least software that answers the same request would take: the floors, and plain DRF as a peer.

They run without middleware, sign-in and permissions; ours run with all of it.
"""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from rest_framework.generics import ListAPIView
from rest_framework.serializers import CharField, ModelSerializer

from accounts.models import Client

ROWS = 100
_PAGE = """<!doctype html><html><head><title>Clients</title></head><body><p>{{ total }} clients</p><table>
{% for row in rows %}<tr><th><a href="/clients/{{ row.key }}/">{{ row.name }}</a></th><td>{{ row.tier }}</td>
<td>{{ row.status }}</td><td>{{ row.industry }}</td><td>{{ row.country }}</td><td>{{ row.currency }}</td>
<td>{{ row.timezone }}</td><td>{{ row.owner__name }}</td><td>{{ row.created_at }}</td><td>{{ row.updated_at }}</td>
<td>{{ row.version }}</td></tr>
{% endfor %}</table></body></html>"""
_COLUMNS = (
    "key", "name", "tier", "status", "industry", "country", "currency", "timezone", "owner__name", "created_at",
    "updated_at", "version",
)  # fmt: skip
_JSON = """
SELECT json_agg(page)::text FROM (
  SELECT c.id::text, c.key, c.name, c.tier, c.status, c.industry, p.key AS parent, c.currency, c.country, c.timezone,
         c.fiscal_year_start, u.email AS owner, c.salesforce_id, c.hubspot_id, c.finance_code, c.version, c.created_at,
         c.updated_at
  FROM accounts_client c LEFT JOIN accounts_client p ON p.id = c.parent_id LEFT JOIN people_user u ON u.id = c.owner_id
  ORDER BY c.id LIMIT 1000) AS page
"""
_template = engines["django"].from_string(_PAGE)


def page(request: HttpRequest) -> HttpResponse:
    """100 rows from the database, a count, and a template."""
    rows = list(Client.objects.order_by("name").values(*_COLUMNS)[:ROWS])
    return HttpResponse(_template.render({"rows": rows, "total": Client.objects.count()}))


def json_rows(request: HttpRequest) -> HttpResponse:
    """PostgreSQL builds the JSON and its bytes go out as they come."""
    with connection.cursor() as cursor:
        cursor.execute(_JSON)
        return HttpResponse(cursor.fetchone()[0], content_type="application/json")


class PlainClient(ModelSerializer[Client]):
    owner = CharField(source="owner.email")
    parent = CharField(source="parent.key", default=None)  # type: ignore[assignment]  # DRF takes it off the class

    class Meta:
        model = Client
        fields = (
            "id", "key", "name", "tier", "status", "industry", "parent", "currency", "country", "timezone",
            "fiscal_year_start", "owner", "salesforce_id", "hubspot_id", "finance_code", "version", "created_at",
            "updated_at",
        )  # fmt: skip


class PlainList(ListAPIView[Client]):
    queryset = Client.objects.select_related("owner", "parent").order_by("pk")[:1000]
    serializer_class = PlainClient
    authentication_classes = ()
    permission_classes = ()
    pagination_class = None


urlpatterns = [
    path("page/", page),
    path("json/", json_rows),
    path("drf/", PlainList.as_view()),
]
