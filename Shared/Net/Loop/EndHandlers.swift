/// Those who are told that a loop ends, without being kept for it.
struct EndHandlers {
    private struct Entry {
        weak var handler: (any LoopEndHandler)?
    }

    private var entries: [Entry] = []
    private var isEnding = false

    /// Adds one, or tells it at once if the loop ends already.
    mutating func add(_ handler: any LoopEndHandler) {
        if isEnding { return handler.loopEnding() }
        // Those who are gone leave room before more is taken.
        if entries.count == entries.capacity { entries.removeAll { $0.handler == nil } }
        entries.append(Entry(handler: handler))
    }

    /// Tells each once, and whoever comes later as well.
    mutating func tell() {
        isEnding = true
        let told = entries
        entries = []
        for entry in told { entry.handler?.loopEnding() }
    }
}
