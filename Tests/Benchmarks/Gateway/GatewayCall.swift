import Foundation
import TestMessages
import Wire

/// The call that all are measured by, in the two forms that it comes in.
struct GatewayCall {
    let load: Load
    /// Whether two answers say the same.
    let isSame: (Data, Data) -> Bool

    /// As JSON, which is translated.
    ///
    /// - Parameters:
    ///   - folder: where the body is written.
    ///   - path: where it is posted: a route of REST, or the method's own.
    /// - Returns: the call.
    /// - Throws: an error of Foundation if it cannot be written.
    static func json(in folder: URL, to path: String) throws -> GatewayCall {
        let body = folder.appendingPathComponent("call.json")
        let text =
            #"{"start":"17","count":3,"direction":"DIRECTION_RISING","scale":{"step":0.5,"#
            + #""labels":["one","two","three"]},"since":"2026-01-02T03:04:05Z"}"#
        try Data(text.utf8).write(to: body)
        let load = Self.load(body, path, ["content-type: application/json"])
        return GatewayCall(load: load) { first, second in
            let parsed = [first, second].map { data in
                try? JSONSerialization.jsonObject(with: data) as? NSDictionary
            }
            guard let first = parsed[0], let second = parsed[1] else { return false }
            return first == second
        }
    }

    /// As gRPC, which is passed on.
    static func grpc(in folder: URL) throws -> GatewayCall {
        let body = folder.appendingPathComponent("call.grpc")
        var request = TestingV1.PlotLineRequest()
        (request.start, request.count, request.direction) = (17, 3, .rising)
        var scale = TestingV1.PlotLineRequest.Scale()
        (scale.step, scale.labels) = (0.5, ["one", "two", "three"])
        request.scale = scale
        try Data(request.framed).write(to: body)
        let fields = ["content-type: application/grpc", "te: trailers"]
        return GatewayCall(load: Self.load(body, Self.method, fields), isSame: ==)
    }

    /// The method's own path.
    static let method = "sextant.testing.v1.Example/PlotLine"
    /// A route of the method.
    static let route = "v1/example:line"

    private static func load(_ body: URL, _ path: String, _ fields: [String]) -> Load {
        Load(connections: 4, streams: 32, body: body, path: path, fields: fields)
    }

    /// The call with a key.
    func with(key: String) -> GatewayCall {
        var load = load
        load.fields.append("x-api-key: \(key)")
        return GatewayCall(load: load, isSame: isSame)
    }

    /// Makes the call once, by `curl`.
    ///
    /// - Parameters:
    ///   - server: whom it is made to.
    ///   - folder: where the answer may be kept for a moment.
    /// - Returns: the answer's body; nil if there is none, or one of another status than 200.
    /// - Throws: an error of Foundation if `curl` cannot be started.
    func answer(of server: some BenchServer, in folder: URL) throws -> Data? {
        let file = folder.appendingPathComponent("answer")
        try? FileManager.default.removeItem(at: file)
        let curl = try PinnedProcess(
            "curl",
            program: "curl",
            [
                "--silent", "--fail", "--http2-prior-knowledge", "--max-time", "10",
                "--data-binary", "@\(load.body.path)", "--output", file.path,
            ] + load.fields.flatMap { ["--header", $0] } + [
                "\(server.origin)/\(load.path ?? "")"
            ],
            cores: "1"
        )
        _ = try curl.readToEnd()
        guard try curl.waitForEnd(seconds: 20) == 0 else { return nil }
        return try? Data(contentsOf: file)
    }
}

extension MessageValue {
    /// The message behind gRPC's prefix: not compressed, and its length.
    var framed: [UInt8] {
        let bytes = encoded()
        let length = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: bytes.count >> $0) }
        return [0] + length + [UInt8](copying: bytes.bytes)
    }
}
