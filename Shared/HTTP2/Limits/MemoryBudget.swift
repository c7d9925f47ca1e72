internal import Synchronization

/// A bound on the bytes of bodies that are held at a time: of a process, or of an account in it.
///
/// What is reserved from an account is reserved from the process too. Any thread may call.
public final class MemoryBudget: Sendable {
    /// The most bytes that may be reserved at a time.
    public let limit: Int

    private let parent: MemoryBudget?
    private let reserved = Atomic(0)

    /// Makes the budget of a process.
    ///
    /// - Parameter limit: the most bytes at a time; at least 1.
    public init(limit: Int = 256 << 20) {
        precondition(limit > 0, "a budget of no bytes lets nothing in")
        self.limit = limit
        parent = nil
    }

    /// Makes the budget of an account within that of a process.
    ///
    /// - Parameters:
    ///   - parent: what the account's bytes are reserved from too.
    ///   - limit: the most bytes at a time; a quarter of the parent's if left out.
    public init(within parent: MemoryBudget, limit: Int? = nil) {
        self.limit = limit ?? max(1, parent.limit / 4)
        self.parent = parent
        precondition(self.limit > 0, "a budget of no bytes lets nothing in")
    }

    /// How many bytes are reserved now.
    public var used: Int { reserved.load(ordering: .relaxed) }

    /// Whether three quarters or more are reserved, here or in the process: time to take no more
    /// than what is on its way.
    public var isTight: Bool {
        used >= limit - limit / 4 || parent?.isTight == true
    }

    /// Reserves bytes, or none.
    ///
    /// - Parameter count: how many; not negative.
    /// - Returns: false if they do not fit.
    public func reserve(_ count: Int) -> Bool {
        let (_, sum) = reserved.add(count, ordering: .relaxed)
        if sum <= limit && (parent?.reserve(count) ?? true) { return true }
        reserved.subtract(count, ordering: .relaxed)
        return false
    }

    /// Reserves bytes that were reserved a moment ago for another holder, beyond the limit if need
    /// be.
    func transfer(_ count: Int) {
        reserved.add(count, ordering: .relaxed)
        parent?.transfer(count)
    }

    /// Gives reserved bytes back.
    ///
    /// - Parameter count: how many; reserved before.
    public func release(_ count: Int) {
        reserved.subtract(count, ordering: .relaxed)
        parent?.release(count)
    }
}
