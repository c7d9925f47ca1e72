import Jobs
import TestKit
import Testing

@Suite("Workers that are killed", .timeLimit(.minutes(30)))
struct KillMatrixTests {
    /// Who has the machine's time to himself: the walks that others are compared with.
    private func uninterrupted(_ matrix: KillMatrix) async throws -> [JobRecord] {
        let worker = try matrix.worker("calm")
        var ids: [JobID] = []
        for seed in 0..<KillMatrix.seeds { ids.append(try await matrix.enqueue(seed: seed)) }
        var records: [JobRecord] = []
        for id in ids { records.append(try await matrix.end(of: id)) }
        #expect(try worker.program.stop() == 0)
        for record in records {
            #expect(record.state == .done && record.attempts == 1 && record.crashes == 0)
        }
        return records
    }

    @Test("at any moment leave each effect once and in order, and results as if nothing had been")
    func kills() async throws {
        let (matrix, size) = (try await KillMatrix(), KillMatrix.Size.asked)
        let calm = try await uninterrupted(matrix)
        let storm = try await storm(matrix, size)
        let effects = try await matrix.effects()
        let parts = (1...Int64(KillMatrix.parts) + 1).map { $0 }
        var (crashes, resumed) = (0, 0)
        for (number, id) in storm.enumerated() {
            let record = try await matrix.end(of: id)
            let twin = calm[number % KillMatrix.seeds]
            #expect(record.state == .done, "\(id): \(record)")
            #expect(record.result != nil && record.result == twin.result)
            let mine = try #require(effects["\(id)"])
            #expect(mine.map(\.part) == parts)
            #expect(mine == effects["\(twin.id)"])
            crashes += record.crashes
            resumed += record.attempts > 1 ? 1 : 0
        }
        #expect(effects.count == storm.count + calm.count)
        #expect(Set(calm.map(\.result)).count == KillMatrix.seeds)
        // Or the kills have hit nobody. On a busy machine some come when a job has ended.
        #expect(crashes >= size.kills / 8 && resumed > 0)
        print(
            "\(size.kills) kills, \(size.restarts) restarts of the server:",
            "\(storm.count) jobs done, \(resumed) of them in several attempts,",
            "\(crashes) leases taken from the dead"
        )
        await matrix.fixture.stop()
    }

    /// Kills workers while they work, until it is enough.
    ///
    /// - Returns: the jobs, those with neighbouring numbers of neighbouring seeds.
    private func storm(_ matrix: KillMatrix, _ size: KillMatrix.Size) async throws -> [JobID] {
        var generator = SeededGenerator(seed: 5)
        var workers = [try matrix.worker("a0"), try matrix.worker("b0")]
        var jobs: [JobID] = []
        for number in 1...size.kills {
            let victim = generator.number(in: 0...1)
            while true {
                let (running, due) = try await matrix.load(of: workers[victim].name)
                if due < 4 { jobs.append(try await matrix.enqueue(seed: jobs.count % 8)) }
                if running > 0 { break }
                try await matrix.fixture.pause()
            }
            try await matrix.fixture.pause(.milliseconds(generator.number(in: 0...200)))
            workers[victim].program.end()
            // At the ends of equal stretches, but for the last.
            let stretches = (size.restarts + 1) * number
            if number < size.kills, stretches % size.kills < size.restarts + 1 {
                try await matrix.server.stop()
                try await matrix.fixture.pause(.milliseconds(generator.number(in: 0...500)))
                try await matrix.server.start()
            }
            workers[victim] = try matrix.worker((victim == 0 ? "a" : "b") + "\(number)")
        }
        for id in jobs { #expect(try await matrix.end(of: id).state == .done) }
        for worker in workers { #expect(try worker.program.stop() == 0) }
        return jobs
    }
}
