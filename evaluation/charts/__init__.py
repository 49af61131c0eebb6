"""Tables into Vega-Lite, Vega-Lite into drawings: one style. Pure."""
