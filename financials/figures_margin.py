"""The figures of the forecast's cost and margin."""

from __future__ import annotations

from typing import Final

from common.figures import Figure, Number, figure_id
from common.periods import Month, format_month, period_label
from financials.figures import LAYER_LABELS, forecast_figure
from financials.queries.basis import Basis

MARGIN_LABELS: Final[dict[str, str]] = {
    "cost": "Forecast cost",
    "contribution": "Forecast contribution",
    "margin": "Forecast contribution margin",
}


BAND_LABELS: Final[dict[str, str]] = {
    "contribution_p10": "10th percentile of contribution",
    "contribution_p50": "Median of contribution",
    "contribution_p90": "90th percentile of contribution",
}


def margin_band_figure(
    name: str, value: Number, basis: Basis, *, first: Month, last: Month, client: str = "", currency: str = ""
) -> Figure:
    """name: of BAND_LABELS."""
    months = {"from": format_month(first), "to": format_month(last)}
    identity = figure_id(f"forecast.{name}", client=client, **months, currency=currency)
    return Figure(identity, f"{BAND_LABELS[name]}, {period_label(first, last)}", value, basis.currency)


def margin_figure(
    name: str,
    value: Number,
    basis: Basis,
    *,
    first: Month,
    last: Month,
    client: str = "",
    layer: str = "",
    currency: str = "",
) -> Figure:
    """What net revenue expected over the months costs and leaves, all layers or one. name: of MARGIN_LABELS, or total,
    the net revenue itself."""
    if name == "total":
        return forecast_figure(value, basis, first=first, last=last, client=client, layer=layer, currency=currency)
    identity = figure_id(
        f"forecast.{name}",
        client=client,
        **{"from": format_month(first), "to": format_month(last)},
        layer=layer,
        currency=currency,
    )
    label = MARGIN_LABELS[name] + (f", {LAYER_LABELS[layer].lower()}" if layer else "")
    unit = "ratio" if name == "margin" else basis.currency
    return Figure(identity, f"{label}, {period_label(first, last)}", value, unit)
