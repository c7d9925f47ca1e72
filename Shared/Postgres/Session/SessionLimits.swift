/// How patient a session is with its server, and how much it keeps there.
struct SessionLimits: Sendable {
    /// How long the server has to end a statement by its own timeout, before it is told to.
    var cancelDelay: Duration = .milliseconds(10)
    /// How long after it was told the server is told again.
    var cancelRepeat: Duration = .milliseconds(50)
    /// How long the answer to a commit is waited for once the time is up.
    var answerGrace: Duration = .milliseconds(80)
    /// How long after it was abandoned a statement may run on before the session is closed.
    var recovery: Duration = .seconds(2)
    /// How many statements are kept.
    var keptStatements = 512
    /// How many rows of a stream are taken in ahead of who reads them.
    var rowsAhead = 64
}
