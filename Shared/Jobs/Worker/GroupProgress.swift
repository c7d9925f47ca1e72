/// Which jobs of a group are to be tried together next, and how the others have ended.
///
/// ```
///  all ──▶ done, or
///     ├──▶ one at fault fails; the others again
///     ├──▶ nobody knows who: halves, down to one, who fails
///     └──▶ nobody is at fault: all fail
/// ```
struct GroupProgress {
    private var groups: [[JobID]]
    /// How those have ended that are not to be tried any more.
    private(set) var outcomes: [JobID: JobWorker.Outcome] = [:]

    /// All are to be tried together.
    init(_ jobs: [JobID]) { groups = jobs.isEmpty ? [] : [jobs] }

    /// Those who are to be tried together now; nil if all have ended.
    var next: [JobID]? { groups.last }

    /// Notes how the jobs have ended that were tried now.
    ///
    /// - Parameter ended: each of them.
    mutating func note(_ ended: [JobID: JobWorker.Outcome]) {
        guard let group = groups.popLast() else { return }
        for id in group { outcomes[id] = ended[id] ?? .lost }
    }

    /// Notes that the jobs that were tried now have failed together, and nothing was done.
    ///
    /// - Parameters:
    ///   - error: why.
    ///   - culprit: the job at fault; nil if nobody knows.
    ///   - isOfJobs: whether it may be that of one of them.
    mutating func note(failure error: any Error, by culprit: JobID?, isOfJobs: Bool) {
        guard let group = groups.popLast() else { return }
        if let culprit, group.contains(culprit) {
            outcomes[culprit] = .failed(error)
            let others = group.filter { $0 != culprit }
            if !others.isEmpty { groups.append(others) }
        } else if isOfJobs, group.count > 1 {
            groups.append(Array(group[(group.count / 2)...]))
            groups.append(Array(group[..<(group.count / 2)]))
        } else {
            for id in group { outcomes[id] = .failed(error) }
        }
    }

    /// Ends all that have not: they were stopped.
    mutating func end(_ outcome: JobWorker.Outcome) {
        for group in groups { for id in group { outcomes[id] = outcome } }
        groups = []
    }
}
