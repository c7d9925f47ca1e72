import Testing

@testable import Net

@Suite("A farewell to a refused connection")
struct HTTP2FarewellTests {
    @Test("is said to so many at a time; the rest are closed without a word")
    func limit() throws {
        let clock = ManualClock()
        let loops = [try EventLoop(index: 0) { clock.now }, try EventLoop(index: 1)]
        defer { for loop in loops { loop.stop() } }
        let farewell = HTTP2Farewell(most: 2)
        /// Whether a new connection hears anything before it ends.
        func hears() throws -> Bool {
            let client = StreamEnd(on: loops[1])
            try Wiring.tcp.connect { left, right in
                client.start(left)
                let parcel = SocketParcel(right)
                loops[0].run {
                    if let socket = parcel.open() { farewell.refuse(socket, on: loops[0]) }
                }
            }
            client.hasReadEnd.pass()
            return client.run { $0.bytesReceived > 0 } == true
        }
        // Nobody closes the other end: each lasts as long as it may.
        #expect(try [hears(), hears(), hears()] == [true, true, false])
        clock.advance(by: .seconds(1))
        loops[0].takeTurns(2)
        #expect(try [hears(), hears(), hears()] == [true, true, false])
    }
}
