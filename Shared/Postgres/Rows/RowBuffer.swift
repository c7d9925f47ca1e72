/// Rows of a stream that have come and not been taken; it belongs to the loop.
final class RowBuffer {
    private let limit: Int
    private var waiting: [LibpqResult] = []
    private var taken = 0
    private var end: Result<Void, PostgresError>?
    /// Called when there is something to take, or the end.
    private var onChange: (() -> Void)?

    init(limit: Int) { self.limit = limit }

    /// Adds a row.
    ///
    /// - Returns: whether no more should come.
    func add(_ row: LibpqResult) -> Bool {
        waiting.append(row)
        change()
        return waiting.count - taken >= limit
    }

    func finish(_ end: Result<Void, PostgresError>) {
        self.end = end
        change()
    }

    private func change() {
        let onChange = onChange.take()
        onChange?()
    }

    /// The next row; nil if none is here.
    func take() -> LibpqResult? {
        guard taken < waiting.count else {
            waiting.removeAll(keepingCapacity: true)
            taken = 0
            return nil
        }
        defer { taken += 1 }
        return waiting[taken]
    }

    /// How the stream ended; nil if it goes on, or rows are left.
    var ending: Result<Void, PostgresError>? { taken < waiting.count ? nil : end }

    func whenChanged(_ work: @escaping () -> Void) { onChange = work }
}
