/// A task that waits for a value, resumed once; it belongs to the loop.
final class Promise<Value: Sendable> {
    var continuation: CheckedContinuation<Value, Never>?

    func fulfil(_ value: Value) {
        let continuation = continuation.take()
        continuation?.resume(returning: value)
    }
}
