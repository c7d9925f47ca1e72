import Foundation
import TestMessages
import Wire

/// What the calls of a row do, by `h2load` and by clients alike.
struct Traffic {
    /// A method of the `Traffic` service, and what it is asked for.
    enum Action {
        case echo(bytes: Int)
        case download(parcels: Int, bytes: Int)
    }

    let action: Action
    let connections: Int
    /// Calls in flight on each connection.
    let streams: Int

    static let small = Traffic(action: .echo(bytes: 100), connections: 4, streams: 32)
    static let large = Traffic(action: .echo(bytes: 1_000_000), connections: 4, streams: 4)
    static let stream = Traffic(
        action: .download(parcels: 1_000, bytes: 100),
        connections: 4,
        streams: 8
    )

    /// As `unary 100 B, 4×32`.
    var name: String {
        let shape = "\(connections)×\(streams)"
        switch action {
        case .echo(let bytes) where bytes >= 1_000_000:
            return "unary \((Double(bytes) / 1e6).short) MB, \(shape)"
        case .echo(let bytes): return "unary \(bytes) B, \(shape)"
        case .download(let parcels, let bytes):
            return "server stream \(parcels) × \(bytes) B, \(shape)"
        }
    }

    /// What calls are counted in, and how many of it a call is.
    var unit: (name: String, perCall: Double) {
        switch action {
        case .echo(let bytes) where bytes >= 1_000_000: ("MB", Double(bytes) / 1e6)
        case .echo: ("calls", 1)
        case .download(let parcels, _): ("messages", Double(parcels))
        }
    }

    /// How much of a core gRPC C++ needs per call, about: a first run has so many calls.
    var sample: Int {
        switch action {
        case .echo(let bytes): bytes >= 1_000_000 ? 200 : 20_000
        case .download: 100
        }
    }

    /// What the clients' command line says of it.
    var arguments: [String] {
        let shape = ["\(connections)", "\(streams)"]
        switch action {
        case .echo(let bytes): return shape + ["echo", "\(bytes)"]
        case .download(let parcels, let bytes):
            return shape + ["download", "\(parcels)", "\(bytes)"]
        }
    }

    /// Writes a request's body, and says how `h2load` sends it.
    ///
    /// - Parameter file: where to write it.
    /// - Returns: the load, whose answers must have all bytes of the messages.
    /// - Throws: an error of Foundation if the file cannot be written.
    func load(from file: URL) throws -> Load {
        let request: [UInt8]
        let (method, answerBytes): (String, Int)
        switch action {
        case .echo(let bytes):
            request = Self.parcel(bytes).framed
            (method, answerBytes) = ("Echo", request.count)
        case .download(let parcels, let bytes):
            var message = TestingV1.DownloadRequest()
            (message.parcels, message.size) = (Int32(parcels), Int32(bytes))
            request = message.framed
            (method, answerBytes) = ("Download", parcels * Self.parcel(bytes).framed.count)
        }
        try Data(request).write(to: file)
        return Load(
            connections: connections,
            streams: streams,
            body: file,
            path: "sextant.testing.v1.Traffic/\(method)",
            fields: ["content-type: application/grpc", "te: trailers"],
            answerBytes: answerBytes
        )
    }

    private static func parcel(_ bytes: Int) -> TestingV1.Parcel {
        var parcel = TestingV1.Parcel()
        parcel.contents = [UInt8](repeating: UInt8(ascii: "x"), count: bytes)
        return parcel
    }
}
