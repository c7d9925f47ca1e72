/// How the effect of a medium carries over into the periods after it was seen.
public enum Adstock: Sendable, Hashable {
    /// Each period keeps a share of the one before.
    case geometric
}
