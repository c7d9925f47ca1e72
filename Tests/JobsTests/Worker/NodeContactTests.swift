import Testing

@testable import Jobs

@Suite("A worker's contact with a node")
struct NodeContactTests {
    private let start = ContinuousClock.now

    private func time(_ seconds: Int) -> ContinuousClock.Instant {
        start.advanced(by: .seconds(seconds))
    }

    @Test("is believed from its beginning, and as long as it lasts")
    func steady() {
        var contact = NodeContact(silence: .seconds(10), grace: .seconds(30))
        #expect(contact.graceLeft(at: time(0)) == .zero)
        for second in stride(from: 0, to: 100, by: 10) { contact.heard(at: time(second)) }
        #expect(contact.graceLeft(at: time(95)) == .zero)
    }

    @Test("is not, for the time of a lease, after a silence, however that ended")
    func silence() {
        var contact = NodeContact(silence: .seconds(10), grace: .seconds(30))
        contact.heard(at: time(0))
        // Nobody has asked meanwhile.
        #expect(contact.graceLeft(at: time(11)) == .seconds(30))
        contact.heard(at: time(11))
        #expect(contact.graceLeft(at: time(12)) == .seconds(29))
        for second in 12...41 { contact.heard(at: time(second)) }
        #expect(contact.graceLeft(at: time(41)) == .zero)
    }

    @Test("begins anew with each failure, also if there was no word before")
    func failure() {
        var contact = NodeContact(silence: .seconds(10), grace: .seconds(30))
        contact.lost()
        #expect(contact.graceLeft(at: time(0)) == .seconds(30))
        contact.heard(at: time(5))
        contact.heard(at: time(14))
        #expect(contact.graceLeft(at: time(20)) == .seconds(15))
        contact.lost()
        #expect(contact.graceLeft(at: time(21)) == .seconds(30))
        contact.heard(at: time(22))
        #expect(contact.graceLeft(at: time(22)) == .seconds(30))
    }
}
