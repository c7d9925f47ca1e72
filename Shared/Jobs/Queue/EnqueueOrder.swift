internal import Tenancy

/// The order in which the jobs of a list are written: prerequisites before those that wait for
/// them, and else by their keys.
///
/// Who writes a key waits for whoever has just written the same one. Two who write several, each
/// in an order of his own, might wait for each other.
enum EnqueueOrder {
    /// The places of the jobs in their list, in the order in which they are written.
    ///
    /// - Parameter jobs: prerequisites before those that wait for them.
    /// - Returns: each place once.
    static func places(of jobs: [NewJob]) -> [Int] {
        if jobs.count < 2 { return Array(jobs.indices) }
        var depths: [JobID: Int] = [:]
        for job in jobs {
            let deepest = job.prerequisites.compactMap { depths[$0] }.max()
            depths[job.id] = deepest.map { $0 + 1 } ?? 0
        }
        let ranks = jobs.enumerated().map { place, job in
            (depths[job.id] ?? 0, job.queue.text, job.uniqueness?.key ?? "", place)
        }
        return ranks.sorted { $0 < $1 }.map(\.3)
    }
}
