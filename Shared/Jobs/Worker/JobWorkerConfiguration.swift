/// How much a worker does at once, and in what time others notice that it is lost.
public struct JobWorkerConfiguration: Sendable {
    /// How many jobs run at the same time.
    public var mostRunning = 8
    /// How many of them one tenant may have.
    public var mostPerTenant = 4
    /// How long a worker need not tell that it is there.
    public var lease: Duration = .seconds(30)
    /// How often it tells.
    public var heartbeat: Duration = .seconds(10)
    /// How often it looks for work at least, whether it has been told of any or not.
    public var poll: Duration = .seconds(1)
    /// In what time it has visited each active tenant at least once.
    public var sweep: Duration = .seconds(60)
    /// How long what is over is kept: jobs that succeeded or were cancelled.
    public var keptDone: Duration = .seconds(7 * 86_400)
    /// How long jobs are kept that failed for good.
    public var keptDead: Duration = .seconds(30 * 86_400)
    /// How long a visit, or the word that a job has ended, may take.
    public var timeout: Duration = .seconds(10)
    /// How long a job that is cancelled by a stop may take to end.
    public var unwinding: Duration = .seconds(5)

    /// 8 jobs, 4 for each tenant; takeover within 35 s; a sweep each minute.
    public init() {}
}
