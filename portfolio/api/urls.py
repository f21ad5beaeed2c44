"""The addresses under /api/v1/. Each resource gets its own view classes, so each has its own words in the schema."""

from __future__ import annotations

from functools import wraps
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path
from drf_spectacular.views import SpectacularAPIView
from oauth2_provider.views import TokenView
from rest_framework.request import Request

from accounts.access import NOT_FOUND
from common.policies import public
from portfolio.api.alignment import AlignmentView
from portfolio.api.bridges import MarginBridgeView
from portfolio.api.call_resources import ScenariosView
from portfolio.api.capacity import CapacityView
from portfolio.api.contact_steps import EraseView, HeldView, MergeView
from portfolio.api.coverage import CoverageView
from portfolio.api.decisions import TimeDecisionsView
from portfolio.api.deck_resources import DeckFreezeView, DeckPdfView, DeckPptxView
from portfolio.api.definitions import RESOURCES
from portfolio.api.figures import FigureView
from portfolio.api.forecast import ForecastView
from portfolio.api.forecast_proof import PROOF_VIEWS
from portfolio.api.health import HealthView
from portfolio.api.map_changes import MapChangesView
from portfolio.api.periods import PeriodCloseView, PeriodDetailView, PeriodListView, PeriodReopenView
from portfolio.api.pipeline import PipelineView
from portfolio.api.problems import TYPE, problem_body
from portfolio.api.reports import PnlView
from portfolio.api.resources import Resource
from portfolio.api.review_resources import ReviewStepView
from portfolio.api.saved_views import MoveView, PinView, UnpinView
from portfolio.api.schema import bulk_schema, create_schema, detail_schema, list_schema
from portfolio.api.servicing import DraftOrderView, OverServicingView
from portfolio.api.survey_steps import InviteView
from portfolio.api.tables import ReceivablesView, RenewalsView, RetentionView
from portfolio.api.throttling import AddressRate, TokenRate, limited
from portfolio.api.value_asks import AskLinkView, EndAskView
from portfolio.api.version_steps import DecideView, RestoreView, SubmitView
from portfolio.api.views import (
    ActDetailView,
    ActListView,
    BulkView,
    DetailView,
    ListView,
    ReadOnlyListView,
    ReadOnlyView,
)
from portfolio.api.white_space import WhiteSpaceView


@public
def no_such_address(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Unknown addresses below the API answer like records out of sight."""
    return HttpResponse(orjson.dumps(problem_body(404, NOT_FOUND)), status=404, content_type=TYPE)


def _own(view: type, verb: str, describe: Any) -> Any:
    """A copy of an inherited method that carries this resource's description and nobody else's."""
    inherited = getattr(view, verb)

    @wraps(inherited)
    def method(self: Any, request: Request, **kwargs: Any) -> Any:
        return inherited(self, request, **kwargs)

    return describe(method)


def _view(base: type, resource: Resource, suffix: str, **schemas: Any) -> Any:
    name = "".join(word.title() for word in resource.name.split("-"))
    methods = {verb: _own(base, verb, describe) for verb, describe in schemas.items()}
    hidden = [verb for verb in ("delete",) if hasattr(base, verb) and verb not in methods]
    allowed = [verb for verb in base.http_method_names if verb not in hidden]  # type: ignore[attr-defined]  # a View
    view = type(f"{name}{suffix}", (base,), {"resource": resource, "http_method_names": allowed, **methods})
    return view.as_view()  # type: ignore[attr-defined]  # a View


def _resource_urls(resource: Resource) -> list[URLPattern]:
    detail = {"get": detail_schema(resource, "retrieve"), "patch": detail_schema(resource, "change")}
    if resource.delete is not None:
        detail["delete"] = detail_schema(resource, "delete")
    if resource.acts is not None:
        listing = _view(ActListView, resource, "List", get=list_schema(resource), post=create_schema(resource))
        one = _view(ActDetailView, resource, "Detail", **detail)
        return [
            path(f"{resource.name}/", listing, name=f"api_{resource.name}_list"),
            path(f"{resource.name}/<str:pk>/", one, name=f"api_{resource.name}"),
        ]
    if not resource.kind:  # only read
        return [
            path(
                f"{resource.name}/",
                _view(ReadOnlyListView, resource, "List", get=list_schema(resource)),
                name=f"api_{resource.name}_list",
            ),
            path(
                f"{resource.name}/<str:pk>/",
                _view(ReadOnlyView, resource, "Detail", get=detail_schema(resource, "retrieve")),
                name=f"api_{resource.name}",
            ),
        ]
    listing = _view(ListView, resource, "List", get=list_schema(resource), post=create_schema(resource))
    return [
        path(f"{resource.name}/", listing, name=f"api_{resource.name}_list"),
        path(
            f"{resource.name}/bulk/",
            _view(BulkView, resource, "Bulk", post=bulk_schema(resource)),
            name=f"api_{resource.name}_bulk",
        ),
        path(
            f"{resource.name}/<str:pk>/", _view(DetailView, resource, "Detail", **detail), name=f"api_{resource.name}"
        ),
    ]


_token = limited(TokenRate, public(TokenView.as_view()))
_schema = limited(AddressRate, public(SpectacularAPIView.as_view()))

_TABLES = (
    ReceivablesView,
    RetentionView,
    RenewalsView,
    MarginBridgeView,
    PipelineView,
    CapacityView,
    CoverageView,
    OverServicingView,
    HealthView,
    AlignmentView,
    WhiteSpaceView,
    MapChangesView,
    ForecastView,
    ScenariosView,
    *PROOF_VIEWS,
)

urlpatterns = [
    path("schema/", _schema, name="api_schema"),
    path("oauth/token/", _token, name="api_oauth_token"),
    path("reports/pnl/", PnlView.as_view(), name="api_report_pnl"),
    path("reports/pnl", PnlView.as_view(schema=None)),
    *(
        path(f"reports/{view.name}{slash}", view.as_view(**({} if slash else {"schema": None})), name=name)
        for view in _TABLES
        for slash, name in (("/", f"api_report_{view.name}"), ("", None))
    ),
    path("periods/", PeriodListView.as_view(), name="api_periods_list"),
    path("periods/<str:pk>/", PeriodDetailView.as_view(), name="api_periods"),
    path("periods/<str:pk>/close/", PeriodCloseView.as_view(), name="api_periods_close"),
    path("periods/<str:pk>/reopen/", PeriodReopenView.as_view(), name="api_periods_reopen"),
    path("time-entries/decisions/", TimeDecisionsView.as_view(), name="api_time-entries_decisions"),
    path(
        "contracts/<str:pk>/draft-change-order/",
        DraftOrderView.as_view(),
        name="api_contracts_draft_order",
    ),
    path("contacts/<str:pk>/merge/", MergeView.as_view(), name="api_contacts_merge"),
    path("contacts/<str:pk>/held/", HeldView.as_view(), name="api_contacts_held"),
    path("contacts/<str:pk>/erase/", EraseView.as_view(), name="api_contacts_erase"),
    path("plan-versions/<str:pk>/submit/", SubmitView.as_view(), name="api_plan-versions_submit"),
    path("plan-versions/<str:pk>/decide/", DecideView.as_view(), name="api_plan-versions_decide"),
    path("plan-versions/<str:pk>/restore/", RestoreView.as_view(), name="api_plan-versions_restore"),
    path("surveys/<str:pk>/invite/", InviteView.as_view(), name="api_surveys_invite"),
    path("saved-views/<str:pk>/pin/", PinView.as_view(), name="api_saved-views_pin"),
    path("saved-views/<str:pk>/unpin/", UnpinView.as_view(), name="api_saved-views_unpin"),
    path("saved-views/<str:pk>/move/", MoveView.as_view(), name="api_saved-views_move"),
    path("value-asks/<str:pk>/end/", EndAskView.as_view(), name="api_value-asks_end"),
    path("value-asks/<str:pk>/link/", AskLinkView.as_view(), name="api_value-asks_link"),
    path("reviews/<str:pk>/step/", ReviewStepView.as_view(), name="api_reviews_step"),
    path("decks/<str:pk>/pdf/", DeckPdfView.as_view(), name="api_decks_pdf"),
    path("decks/<str:pk>/pptx/", DeckPptxView.as_view(), name="api_decks_pptx"),
    path("decks/<str:pk>/freeze/", DeckFreezeView.as_view(), name="api_decks_freeze"),
    path("figures/<path:figure_id>/", FigureView.as_view(), name="api_figure"),
    *(url for resource in RESOURCES for url in _resource_urls(resource)),
    re_path(r"^(?P<rest>.*)$", limited(AddressRate, no_such_address)),
]
