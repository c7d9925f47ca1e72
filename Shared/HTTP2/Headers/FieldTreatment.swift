/// How the value of a header field is treated on its way.
public enum FieldTreatment: UInt8, Sendable {
    /// As most are: compression remembers it, and descriptions show it.
    case plain
    /// It hardly comes again, as the name of a request: compression does not remember it, which
    /// costs both sides more than it saves, and drives out what does come again.
    case fleeting
    /// A secret: compression must not remember it, lest others find it out by the length of what
    /// they send beside it (RFC 7541 §7.1), and descriptions leave it out.
    case secret
    /// A secret that is too long to be guessed, and comes again: as only whole values are
    /// compared, compression may remember it; descriptions leave it out.
    case token

    /// Whether compression may remember the value.
    var isRemembered: Bool { self == .plain || self == .token }

    /// Whether descriptions leave the value out.
    var isHidden: Bool { self == .secret || self == .token }
}
