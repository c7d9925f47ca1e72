/// By what kind of formulae a world works.
public enum WorldForms: String, CaseIterable, Sendable {
    /// As a mix model assumes: causes add up, effects carry over geometrically and level off by a
    /// logistic curve, and what is spent was planned without looking at demand.
    case mixModel = "mix_model"
    /// As it does not: demand multiplies, drifts and drives what is spent and what that achieves;
    /// effects build up before they fade, and level off by a logarithm.
    case other
}
