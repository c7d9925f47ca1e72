import Synchronization
import Testing
import Wire

@Suite("Shared bytes have one owner that is told when the last slice is gone")
struct SharedBytesTests {
    private final class Releases: Sendable {
        let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
    }

    @Test("once, after the last slice")
    func release() {
        let releases = Releases()
        var whole: SharedBytes? = SharedBytes(
            copying: [UInt8](repeating: 1, count: 100_000).rawBytes,
            onRelease: { releases.count.withLock { $0 += 1 } }
        )
        var slice = whole?.extracting(0..<90_000)
        #expect(slice?.count == 90_000)
        whole = nil
        #expect(releases.value == 0)
        slice = nil
        #expect(releases.value == 1)
    }

    @Test("A small slice of a large slab is copied, so that it does not pin the slab")
    func smallSlice() {
        let releases = Releases()
        var slab: SharedBytes? = SharedBytes(
            copying: [UInt8](0...255).rawBytes,
            onRelease: { releases.count.withLock { $0 += 1 } }
        )
        let slice = slab?.extracting(10..<20)
        slab = nil
        #expect(releases.value == 1)
        #expect(slice.map { Array(copying: $0.bytes) } == [UInt8](10..<20))
    }

    @Test("also by way of a larger slice")
    func sliceOfSlice() {
        let slab = SharedBytes([UInt8](repeating: 1, count: 100_000))
        let part = slab.extracting(0..<5_000)
        #expect(part.sharesMemory(with: slab))
        #expect(!part.extracting(0..<4_000).sharesMemory(with: slab))
    }

    @Test("A large part of a slab shares its memory")
    func largeSlice() {
        let slab = SharedBytes([UInt8](0...255))
        #expect(slab.extracting(0..<200).sharesMemory(with: slab))
        #expect(Array(copying: slab.extracting(100..<200).bytes) == [UInt8](100..<200))
    }

    @Test("A slice finds what comes before it in the same memory, if that is what is asked for")
    func preceded() {
        let slab = SharedBytes([UInt8](0...255))
        let slice = slab.extracting(10..<200)
        let whole = slice.preceded(by: ([7, 8, 9] as [UInt8]).rawBytes)
        #expect(whole == slab.extracting(7..<200))
        #expect(whole?.sharesMemory(with: slab) == true)
        #expect(slice.preceded(by: ([7, 8, 8] as [UInt8]).rawBytes) == nil)
        #expect(slab.preceded(by: ([255] as [UInt8]).rawBytes) == nil)
        #expect(slice.preceded(by: [UInt8](0...10).rawBytes) == nil)
        #expect(slab.preceded(by: RawSpan()) == slab)
    }

    @Test("No bytes are bytes too")
    func empty() {
        let empty = SharedBytes([])
        #expect(empty.count == 0)
        #expect(empty.bytes.byteCount == 0)
        #expect(empty == SharedBytes(copying: RawSpan()))
        #expect(empty.extracting(0..<0).count == 0)
    }
}
