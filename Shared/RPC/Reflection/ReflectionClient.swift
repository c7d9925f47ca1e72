internal import Messages
internal import Wire

/// Asks a server what it serves, by gRPC's reflection.
public struct ReflectionClient: Sendable {
    private let client: GrpcReflectionV1.ServerReflection.Client

    /// Asks by way of a channel.
    public init(_ channel: any RPCChannel) {
        client = GrpcReflectionV1.ServerReflection.Client(channel)
    }

    /// The most bytes that all descriptors of a symbol may have together.
    private static let mostBytes = 16 << 20

    /// The full names of the services, in order.
    ///
    /// - Parameter options: deadline and metadata.
    /// - Returns: the names.
    /// - Throws: ``RPCError``.
    public func services(options: CallOptions = CallOptions()) async throws -> [String] {
        var question = GrpcReflectionV1.ServerReflectionRequest()
        question.messageRequest = .listServices("*")
        guard case .listServicesResponse(let list) = try await answer(question, options) else {
            throw Self.strangeAnswer
        }
        return list.service.map(\.name).sorted()
    }

    /// The declarations behind a service.
    ///
    /// - Parameters:
    ///   - name: its full name.
    ///   - options: deadline and metadata.
    /// - Returns: the service and all types that it needs.
    /// - Throws: ``RPCError``, NOT_FOUND for a service that the server does not know.
    public func declarations(
        of name: String,
        options: CallOptions = CallOptions()
    ) async throws -> DescriptorPool {
        var question = GrpcReflectionV1.ServerReflectionRequest()
        question.messageRequest = .fileContainingSymbol(name)
        guard case .fileDescriptorResponse(let files) = try await answer(question, options) else {
            throw Self.strangeAnswer
        }
        do throws(DescriptorPool.Fault) {
            return try DescriptorPool(files: files.fileDescriptorProto)
        } catch {
            throw RPCError(.internalError, "\(error)")
        }
    }

    private func answer(
        _ question: GrpcReflectionV1.ServerReflectionRequest,
        _ options: CallOptions
    ) async throws -> GrpcReflectionV1.ServerReflectionResponse.MessageResponse {
        var options = options
        options.maximumMessageBytes = Self.mostBytes
        let call = try await client.serverReflectionInfo(options: options)
        try await call.send(question)
        await call.finishSending()
        let answer = try await call.next()?.value().messageResponse
        call.call.cancel()
        switch answer {
        case .errorResponse(let error):
            let code = StatusCode(rawValue: Int(error.errorCode)) ?? .unknown
            throw RPCError(code == .ok ? .unknown : code, error.errorMessage)
        case let answer?: return answer
        case nil: throw Self.strangeAnswer
        }
    }

    private static let strangeAnswer =
        RPCError(.internalError, "the server's reflection answers something else than was asked")
}
