import Synchronization
import Testing
import Wire

@Suite("A chain of output")
struct OutputChainTests {
    private static let long = SharedBytes((0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })

    /// What a chain says of itself, and lends from some byte on.
    private struct Contents {
        var bytes: [UInt8] = []
        var pieces = 0
        let count, load, ownedBytes: Int
        let countOfOnlyPiece: Int?

        init(_ chain: borrowing OutputChain, from offset: Int = 0) {
            (count, load, ownedBytes) = (chain.count, chain.load, chain.ownedBytes)
            if let piece = chain.onlyPiece {
                countOfOnlyPiece = piece.byteCount
            } else {
                countOfOnlyPiece = nil
            }
            chain.forEachPiece(from: offset) { piece in
                bytes.append(copying: piece)
                pieces += 1
                return true
            }
        }
    }

    private func fill(_ chain: inout OutputChain) -> [UInt8] {
        var expected: [UInt8] = []
        func add(_ bytes: [UInt8], to chain: inout OutputChain) {
            chain.append(bytes.rawBytes)
            expected += bytes
        }
        func share(_ range: Range<Int>, to chain: inout OutputChain) {
            chain.append(Self.long, range)
            expected.append(copying: Self.long.bytes.extracting(range))
        }
        add([1, 2, 3], to: &chain)
        share(0..<10_000, to: &chain)
        share(10_000..<30_000, to: &chain)
        add([4], to: &chain)
        share(30_000..<30_100, to: &chain)
        chain.append { $0.append(5) }
        expected.append(5)
        share(20_000..<50_000, to: &chain)
        return expected
    }

    @Test("gives the bytes in order, and shares the long runs only")
    func order() {
        var chain = OutputChain()
        let empty = Contents(chain)
        #expect(empty.count == 0 && empty.load == 0 && empty.countOfOnlyPiece == 0)
        let expected = fill(&chain)
        let full = Contents(chain)
        #expect(full.bytes == expected && full.count == expected.count)
        // Three bytes; two runs; one, a hundred and one; a run.
        #expect(full.pieces == 5)
        #expect(full.ownedBytes == 105)
        #expect(full.load == 105 + 60_000 / 4)
        #expect(full.countOfOnlyPiece == nil)
    }

    @Test("goes on from any byte")
    func offsets() {
        var chain = OutputChain()
        let expected = fill(&chain)
        for offset in [0, 1, 2, 3, 4, 10_002, 10_003, 30_002, 30_003, 30_104, 30_105, 60_104] {
            let rest = Contents(chain, from: offset)
            #expect(rest.bytes == Array(expected[offset...]))
        }
        let rest = Contents(chain, from: expected.count)
        #expect(rest.pieces == 0)
    }

    @Test("stops when no more is wanted, or when it is refused")
    func stops() {
        struct Refusal: Error {}
        var chain = OutputChain()
        _ = fill(&chain)
        var pieces = 0
        chain.forEachPiece { _ in
            pieces += 1
            return pieces < 2
        }
        #expect(pieces == 2)
        var isRefused = false
        do throws(Refusal) {
            try chain.forEachPiece { _ throws(Refusal) in throw Refusal() }
        } catch {
            isRefused = true
        }
        #expect(isRefused)
    }

    @Test("keeps runs until it is emptied, and is used again")
    func emptied() {
        let isReleased = Mutex(false)
        var chain = OutputChain()
        chain.append(
            SharedBytes(copying: Self.long.bytes) { isReleased.withLock { $0 = true } },
            0..<20_000
        )
        let kept = Contents(chain)
        #expect(kept.bytes.count == 20_000)
        #expect(!isReleased.withLock { $0 })
        chain.removeAll()
        #expect(isReleased.withLock { $0 })
        let empty = Contents(chain)
        #expect(empty.count == 0 && empty.load == 0)
        let expected = fill(&chain)
        let again = Contents(chain)
        #expect(again.bytes == expected)
    }
}
