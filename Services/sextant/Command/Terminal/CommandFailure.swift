/// Why a command did not do what it was asked: what broke, what was said of it last, and what to do
/// next.
struct CommandFailure: Error {
    /// What broke, as `postgres did not start`.
    let what: String
    /// Why, in a sentence; nil if nobody knows.
    var cause: String?
    /// The last lines of the log of what broke.
    var log: [String] = []
    /// The exact command that helps; nil if none does for sure.
    var next: String?
    /// What the command exits with: 2 for wrong arguments, else 1.
    var status: Int32 = 1

    /// A failure of the command's own words.
    static func usage(_ what: String, next: String = "sextant help") -> CommandFailure {
        CommandFailure(what: what, next: next, status: 2)
    }
}
