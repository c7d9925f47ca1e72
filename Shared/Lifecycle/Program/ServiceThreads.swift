internal import Net

/// The threads of a service: loops, and those beside them.
struct ServiceThreads: Sendable {
    let group: EventLoopGroup
    /// For what blocks.
    let blocking: WorkerPool
    /// For messages that take long to decode: they must not hold up who resolves a name, say.
    let offload: WorkerPool

    /// Starts them.
    ///
    /// - Parameter loops: how many loops.
    /// - Throws: `SystemError` if the system has no more threads; then none runs.
    init(loops: Int) throws {
        let blocking = try WorkerPool(name: "blocking", threads: 4, maximumQueued: 1_024)
        do {
            let count = max(1, loops / 2)
            let offload = try WorkerPool(name: "offload", threads: count, maximumQueued: 1_024)
            do {
                group = try EventLoopGroup(count: loops)
            } catch {
                offload.stop()
                throw error
            }
            self.offload = offload
        } catch {
            blocking.stop()
            throw error
        }
        self.blocking = blocking
    }

    /// Stops them; it waits for what runs, not for tasks.
    func stop() {
        group.stop()
        offload.stop()
        blocking.stop()
    }
}
