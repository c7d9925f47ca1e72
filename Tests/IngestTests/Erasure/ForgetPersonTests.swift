import Contracts
import Messages
import RPC
import Telemetry
import TestKit
import TestTenants
import Testing
import Wire

@Suite("A person who is forgotten", .timeLimit(.minutes(10)))
struct ForgetPersonTests {
    /// People of several ids each, and what is stored of them.
    private struct World {
        var events: [IngestV1.Event] = []
        var wrong: [IngestV1.Event] = []
        /// The ids of each: `a:` of visitors, `u:` of users.
        var people: [Set<String>] = []
        var words: [String: Canary] = [:]

        /// Draws people, whose ids are joined by chains of events in no order.
        init(seed: UInt64, people count: Int) {
            var generator = SeededGenerator(seed: seed)
            for person in 0..<count {
                let ids = (0..<generator.number(in: 1...6)).map { index in
                    (index == 0 || generator.happens(onceIn: 2) ? "u:" : "a:") + word()
                }
                for (index, id) in ids.enumerated() {
                    let other = index == 0 ? id : ids[generator.number(in: 0...index - 1)]
                    join(id, other, "\(person)-\(index)", &generator)
                    var event = event("\(person)-\(index)-own", [id], &generator)
                    // Orders are conversions, which have the word too.
                    event.kind = .conversion
                    event.orderID = String(id.dropFirst(2))
                    events.append(event)
                }
                var bad = event("\(person)-bad", [ids[ids.count - 1]], &generator)
                bad.value = "x"
                wrong.append(bad)
                people.append(Set(ids))
            }
            events.shuffle(using: &generator)
        }

        private mutating func word() -> String {
            let canary = Canary()
            words[canary.text] = canary
            return canary.text
        }

        /// An event by which two ids are one's: visitors are joined by users that only they have.
        private mutating func join(
            _ id: String,
            _ other: String,
            _ name: String,
            _ generator: inout SeededGenerator
        ) {
            if id == other { return }
            switch (id.hasPrefix("u:"), other.hasPrefix("u:")) {
            case (true, true):
                var alias = event(name, [id], &generator)
                alias.kind = .alias
                alias.previousID = String(other.dropFirst(2))
                events.append(alias)
            case (false, false):
                let user = "u:" + word()
                events.append(event(name, [id, user], &generator))
                events.append(event(name + "-2", [other, user], &generator))
            default: events.append(event(name, [id, other], &generator))
            }
        }

        private func event(
            _ id: String,
            _ ids: [String],
            _ generator: inout SeededGenerator
        ) -> IngestV1.Event {
            ServedIngest.event(id, after: Int64(generator.number(in: 0...400_000))) { event in
                event.anonymousID = ""
                for id in ids {
                    let own = String(id.dropFirst(2))
                    if id.hasPrefix("u:") { event.userID = own } else { event.anonymousID = own }
                }
                event.properties = #"{"who": {"list": ["\#(ids[0].dropFirst(2))", 7]}}"#
            }
        }

        /// The ids that an event names.
        static func ids(_ event: IngestV1.Event) -> [String] {
            var ids: [String] = []
            if !event.userID.isEmpty { ids.append("u:" + event.userID) }
            if !event.anonymousID.isEmpty { ids.append("a:" + event.anonymousID) }
            if !event.previousID.isEmpty {
                ids += ["a:\(event.previousID)", "u:\(event.previousID)"]
            }
            return ids
        }

        /// All ids of whoever has one: what events join, again and again until nothing is added.
        func all(of id: String) -> Set<String> {
            var known: Set = [id]
            while true {
                let before = known.count
                for event in events where !known.isDisjoint(with: Self.ids(event)) {
                    known.formUnion(Self.ids(event))
                }
                if known.count == before { return known }
            }
        }
    }

    /// What of some ids stands in a text.
    private func found(_ ids: Set<String>, in text: String, _ world: World) -> [String] {
        ids.filter { world.words[String($0.dropFirst(2))]?.isIn(text) ?? false }
    }

    @Test(
        "is found nowhere: in no table, no line of the log, no metric and no span; others stay",
        arguments: [false, true],
        [UInt64(1), 2]
    )
    func nowhere(isSmall: Bool, seed: UInt64) async throws {
        let ingest = try await ServedIngest(
            erasing: ServedIngest.limits(areSmall: isSmall)
        )
        let world = World(seed: seed, people: 12)
        #expect(try await ingest.write(world.events).accepted == Int32(world.events.count))
        #expect(try await ingest.write(world.wrong).rejected == 12)
        for (place, person) in world.people.enumerated().prefix(5) {
            let given = try #require(person.sorted().last)
            let ids = world.all(of: given)
            #expect(ids.isSuperset(of: person))
            try await keep(answersOf: ids, ingest)
            let before = try await ingest.dump()
            #expect(Set(found(ids, in: before, world)) == ids)
            let told = try await ingest.forget { request in
                request.userID = String(given.dropFirst(2))
                request.reference = "case \(place)"
            }
            let own = world.events.filter { !ids.isDisjoint(with: World.ids($0)) }
            #expect(told.events == own.count && told.ids == ids.count)
            #expect(told.rejectedRows == 1 && told.answers == 2 * ids.count)
            #expect(told.days == Self.days(own) && told.finishTime != nil && !told.suppressed)
            #expect(try await found(ids, in: ingest.dump(), world) == [])
            let log = ingest.served.fixture.log.lines.joined()
            #expect(found(ids, in: log, world) == [])
            #expect(found(ids, in: ingest.served.metrics, world) == [])
            #expect(found(ids, in: ingest.served.spans.texts.joined(), world) == [])
        }
        // Whom nobody asked to forget is there as before.
        let gone = world.people.prefix(5).reduce(into: Set<String>()) {
            for id in $1 { $0.formUnion(world.all(of: id)) }
        }
        let left = world.events.filter { gone.isDisjoint(with: World.ids($0)) }.map(\.eventID)
        #expect(
            try await ingest.rows("select event_id from events order by event_id collate \"C\"")
                == left.sorted()
        )
        #expect(try await ingest.rows("select count(*) from rejected_rows") == ["7"])
        let edges = try await ingest.rows("select one, other from identity_edges")
        #expect(!edges.isEmpty && found(gone, in: edges.joined(), world) == [])
        // Nor does it come back.
        let again = try await ingest.write(world.events + world.wrong)
        #expect(again.counts == [0, Int32(left.count), 7])
        #expect(again.refused == Int32(world.events.count - left.count + 5))
        #expect(try await found(gone, in: ingest.dump(), world) == [])
        await ingest.stop()
    }

    /// Keeps answers for second tries, as methods with keys do: in one the id is the key's, in one
    /// the answer's.
    private func keep(answersOf ids: Set<String>, _ ingest: ServedIngest) async throws {
        for id in ids {
            let name = id.dropFirst(2)
            try await ingest.rows(
                """
                insert into idempotency_keys values
                    ('key-\(id)', sha256(''), '', now()),
                    ('other-' || md5('\(id)'), sha256(''), '\\x0a20'::bytea || '\(name)', now())
                """
            )
        }
        try await ingest.rows(
            """
            insert into idempotency_keys values ('stays', sha256(''), '\\x0a20', now())
            on conflict (key) do nothing
            """
        )
    }

    private static func days(_ events: [IngestV1.Event]) -> [String] {
        // The first of them is noon of 2026-03-01.
        let days = events.compactMap { $0.occurredAt.map { ($0.seconds - 1_772_323_200) / 86_400 } }
        return Set(days).sorted().map { "2026-03-0\($0 + 1)" }
    }

    @Test("is refused with what happened before, and taken with what happens after")
    func after() async throws {
        let ingest = try await ServedIngest()
        let named = ServedIngest.event("named") {
            ($0.kind, $0.userID, $0.occurredAt) = (.identify, "ada", nil)
        }
        try await ingest.write([ServedIngest.event("old"), named])
        let told = try await ingest.forget { $0.anonymousID = "visitor" }
        #expect(told.events == 2 && told.edges == 1 && told.ids == 2)
        let late = ServedIngest.event("late", after: 60)
        let wrong = ServedIngest.event("wrong") { ($0.userID, $0.value) = ("ada", "x") }
        let new = ServedIngest.event("new") { ($0.userID, $0.occurredAt) = ("ada", nil) }
        let other = ServedIngest.event("other") { $0.anonymousID = "else" }
        let answer = try await ingest.write([
            ServedIngest.event("old"), late, wrong, named, other,
        ])
        #expect(answer.counts == [1, 1, 0] && answer.refused == 3 && answer.batch.isEmpty)
        #expect(answer.outcomes.map(\.fate) == [.refused, .refused, .refused, .duplicate])
        #expect(answer.outcomes.first?.reason.contains("forgotten") == true)
        // What was sent again has joined nothing anew.
        #expect(try await ingest.rows("select * from identity_edges") == [])
        #expect(try await ingest.rows("select count(*) from rejected_rows") == ["0"])
        #expect(try await ingest.write([new, named]).counts == [1, 1, 0])
        #expect(
            try await ingest.rows("select one, other from identity_edges") == ["a:visitor|u:ada"]
        )
        // Forgotten once more, that is gone too.
        let again = try await ingest.forget { $0.userID = "ada" }
        #expect(again.events == 1 && again.edges == 1)
        #expect(try await ingest.rows("select event_id from events") == ["other"])
        await ingest.stop()
    }

    @Test("is refused altogether while suppressed, as far as asked for")
    func suppressed() async throws {
        let ingest = try await ServedIngest()
        func write(_ id: String, _ user: String) async throws -> [Int32] {
            let answer = try await ingest.write([
                ServedIngest.event(id) {
                    ($0.userID, $0.anonymousID, $0.occurredAt) = (user, "", nil)
                }
            ])
            return answer.counts + [answer.refused]
        }
        try await ingest.write([ServedIngest.event("a") { $0.userID = "ada" }])
        let told = try await ingest.forget { ($0.userID, $0.suppress) = ("ada", true) }
        #expect(told.suppressed)
        #expect(try await write("b", "ada") == [0, 0, 0, 1])
        // Forgotten again without a word about it, the person stays so, with all ids.
        #expect(try await ingest.forget { $0.userID = "ada" }.suppressed)
        #expect(try await write("c", "ada") == [0, 0, 0, 1])
        #expect(try await write("d", "bob") == [1, 0, 0, 0])
        let refused = await #expect(throws: RPCError.self) {
            try await ingest.erasure.unsuppressPerson(unsuppress(user: "bob"))
        }
        #expect(refused?.code == .notFound && refused?.message.contains("bob") == false)
        var request = IngestV1.UnsuppressPersonRequest()
        request.anonymousID = "visitor"
        let released = try await ingest.erasure.unsuppressPerson(request).message.value()
        #expect(!released.suppressed)
        #expect(try await write("e", "ada") == [1, 0, 0, 0])
        #expect(
            try await ingest.write([ServedIngest.event("f") { $0.userID = "ada" }]).refused == 1
        )
        await ingest.stop()
    }

    private func unsuppress(user: String) -> IngestV1.UnsuppressPersonRequest {
        var request = IngestV1.UnsuppressPersonRequest()
        request.userID = user
        return request
    }

    @Test("is listed without a name, the latest first, page by page")
    func list() async throws {
        let ingest = try await ServedIngest()
        for number in 0..<5 {
            try await ingest.forget {
                ($0.userID, $0.reference) = ("user\(number)", "case \(number)")
                $0.suppress = number.isMultiple(of: 2)
            }
        }
        var request = IngestV1.ListForgottenRequest()
        request.pageSize = 2
        var all: [IngestV1.Forgetting] = []
        repeat {
            let page = try await ingest.erasure.listForgotten(request).message.value()
            all += page.forgettings
            request.pageToken = page.nextPageToken
        } while !request.pageToken.isEmpty
        #expect(all.map(\.reference) == (0..<5).reversed().map { "case \($0)" })
        #expect(all.map(\.suppressed) == [true, false, true, false, true])
        #expect(all.allSatisfy { $0.finishTime != nil && $0.actor.hasPrefix("user:") })
        var release = IngestV1.UnsuppressPersonRequest()
        release.forgetting = all[0].id
        let released = try await ingest.erasure.unsuppressPerson(release).message.value()
        #expect(released.id == all[0].id && !released.suppressed)
        await ingest.stop()
    }

    @Test("is refused as a request: without an id, with one that is none, named, or of too many")
    func refused() async throws {
        let ingest = try await ServedIngest()
        func error(
            _ change: (inout IngestV1.ForgetPersonRequest) -> Void
        ) async -> RPCError? {
            do {
                try await ingest.forget(change)
                return nil
            } catch {
                return error as? RPCError
            }
        }
        let long = String(repeating: "x", count: 201)
        #expect(await error { _ in }?.code == .invalidArgument)
        #expect(await error { $0.userID = long }?.code == .invalidArgument)
        #expect(await error { ($0.userID, $0.reference) = ("a", "x\n") }?.code == .invalidArgument)
        let named = await error { ($0.userID, $0.reference) = ("secret", "of secret") }
        #expect(named?.code == .invalidArgument && named?.message.contains("secret") == false)
        let crowd = (0...1_000).map { index in
            ServedIngest.event("\(index)") { ($0.userID, $0.anonymousID) = ("\(index)", "kiosk") }
        }
        try await ingest.write(crowd)
        let many = await error { $0.userID = "7" }
        #expect(many?.code == .failedPrecondition)
        #expect(try await ingest.rows("select count(*) from events") == ["1001"])
        #expect(try await ingest.rows("select count(*) from forgotten") == ["0"])
        await ingest.stop()
    }
}
