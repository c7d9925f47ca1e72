import Testing

@testable import Lifecycle

@Suite("A reloader")
struct ReloaderTests {
    @Test("makes one call at a time, and one more for all who ask meanwhile")
    func coalescing() {
        let isRunning = Gate()
        let mayEnd = Gate()
        let calls = Journal<Int>()
        let reloader = Reloader {
            calls.add(1)
            isRunning.open()
            mayEnd.pass()
        }
        reloader.reload()
        isRunning.pass()
        for _ in 0..<5 { reloader.reload() }
        #expect(calls.entries.count == 1)
        mayEnd.open()
        isRunning.pass()
        #expect(calls.entries.count == 2)
        // Whether or not the second call has ended by now, this makes a third.
        mayEnd.open()
        reloader.reload()
        isRunning.pass()
        #expect(calls.entries.count == 3)
        mayEnd.open()
    }
}
