import Net
import RPC
import TestContracts
import TestMessages
import Wire

/// Callers that share a client; each makes one call after the other.
struct Crowd {
    private let client: RPCClient
    private let traffic: TestingV1.Traffic.Client
    private let loop: EventLoop
    private let callers: Int
    private let action: Options.Action
    /// What all callers send, if they send parcels.
    private let parcel: TestingV1.Parcel

    /// An answer that is not what was asked for.
    struct WrongAnswer: Error, CustomStringConvertible {
        let description: String
    }

    init(_ options: Options, _ group: EventLoopGroup) {
        var configuration = RPCClientConfiguration()
        configuration.connectionsPerLoop = options.connections
        client = RPCClient(
            RPCTarget(addresses: [options.address], authority: "\(options.address)"),
            group: group,
            configuration: configuration
        )
        traffic = TestingV1.Traffic.Client(client)
        loop = group.next()
        callers = options.connections * options.streams
        action = options.action
        var parcel = TestingV1.Parcel()
        if case .echo(let bytes) = action {
            parcel.contents = [UInt8](repeating: UInt8(ascii: "x"), count: bytes)
        }
        self.parcel = parcel
    }

    /// Makes calls.
    ///
    /// - Parameter count: how many.
    /// - Throws: what the first call that fails throws.
    func make(_ count: Int) async throws {
        try await withTaskExecutorPreference(loop) {
            try await withThrowingTaskGroup { group in
                for caller in 0..<callers {
                    let share = count / callers + (caller < count % callers ? 1 : 0)
                    group.addTask { try await makeInTurn(share) }
                }
                try await group.waitForAll()
            }
        }
    }

    /// Closes the connections.
    func leave() async { await client.close() }

    private func makeInTurn(_ count: Int) async throws {
        switch action {
        case .echo:
            for _ in 0..<count { try await echo(parcel) }
        case .download(let parcels, let bytes):
            var request = TestingV1.DownloadRequest()
            (request.parcels, request.size) = (Int32(parcels), Int32(bytes))
            for _ in 0..<count { try await download(request) }
        }
    }

    private func echo(_ parcel: TestingV1.Parcel) async throws {
        let answer = try await traffic.echo(parcel)
        try expect(answer.message.view.contents.byteCount, parcel.contents.count, "bytes")
    }

    private func download(_ request: TestingV1.DownloadRequest) async throws {
        let answers = try await traffic.download(request)
        var count = 0
        while let parcel = try await answers.next() {
            count += 1
            try expect(parcel.view.contents.byteCount, Int(request.size), "bytes")
        }
        try expect(count, Int(request.parcels), "parcels")
    }

    private func expect(_ count: Int, _ wanted: Int, _ unit: String) throws {
        guard count == wanted else {
            throw WrongAnswer(description: "an answer has \(count) \(unit) instead of \(wanted)")
        }
    }
}
