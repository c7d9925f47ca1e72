import Foundation
import Numerics

/// Keeps what a run saves.
final class Shelf: @unchecked Sendable {
    // `@unchecked`: `saved` is touched only with `lock` held, which the thread sanitizer knows.
    private let lock = NSLock()
    private var saved: [Int: [[UInt8]]] = [:]

    func keep(_ chain: SavedChain) {
        lock.withLock { saved[chain.trace.state.chain, default: []].append(chain.bytes) }
    }

    func bytes(of chain: Int) -> [[UInt8]] { lock.withLock { saved[chain] ?? [] } }
}
