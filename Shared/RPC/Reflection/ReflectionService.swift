internal import Messages
public import Wire

/// Tells programs what a server serves, by gRPC's reflection, versions v1 and v1alpha.
public struct ReflectionService: Sendable {
    private let index: DescriptorIndex

    /// Knows services and their files.
    ///
    /// - Parameters:
    ///   - services: what the server serves, this service aside.
    ///   - files: the files that declare them, and all that those import but google's and gRPC's.
    public init(services: [ServiceSchema], files: [FileSchema]) {
        index = DescriptorIndex(
            files + Self.knownFiles,
            services + [
                GrpcReflectionV1.ServerReflection.schema,
                GrpcReflectionV1alpha.ServerReflection.schema,
            ]
        )
    }

    private static let knownFiles: [FileSchema] = [
        GoogleProtobuf.anyFile, GoogleProtobuf.descriptorFile, GoogleProtobuf.durationFile,
        GoogleProtobuf.emptyFile, GoogleProtobuf.fieldMaskFile, GoogleProtobuf.structFile,
        GoogleProtobuf.timestampFile, GoogleProtobuf.wrappersFile, GrpcHealthV1.healthFile,
        GrpcReflectionV1.reflectionFile, GrpcReflectionV1alpha.reflectionFile,
        API.annotationsFile, API.httpFile,
    ]

    /// The methods of both versions, for a server to run.
    public var methods: [RPCMethod] {
        // The messages of both are the same on the wire.
        [
            .bidirectional(GrpcReflectionV1.ServerReflection.serverReflectionInfo) {
                try await answer($0, $1, $2)
            },
            .bidirectional(GrpcReflectionV1alpha.ServerReflection.serverReflectionInfo) {
                try await answer($0, $1, $2)
            },
        ]
    }

    private func answer(
        _ requests: RequestStream<GrpcReflectionV1.ServerReflectionRequest.View>,
        _ responses: ResponseStream<GrpcReflectionV1.ServerReflectionResponse>,
        _ call: ServerCall
    ) async throws {
        while let request = try await requests.next() {
            let question = request.value()
            var response = GrpcReflectionV1.ServerReflectionResponse()
            response.validHost = question.host
            response.originalRequest = question
            response.messageResponse = answer(to: question)
            try await responses.send(response)
        }
    }

    private func answer(
        to question: GrpcReflectionV1.ServerReflectionRequest
    ) -> GrpcReflectionV1.ServerReflectionResponse.MessageResponse {
        switch question.messageRequest {
        case .fileByFilename(let path):
            return files(index.descriptors(ofFile: path), orElse: "there is no file '\(path)'")
        case .fileContainingSymbol(let name):
            return files(index.descriptors(ofSymbol: name), orElse: "nothing is named '\(name)'")
        case .fileContainingExtension(let wanted):
            return files(
                index.descriptors(
                    ofExtension: wanted.extensionNumber,
                    of: wanted.containingType
                ),
                orElse: "'\(wanted.containingType)' has no extension \(wanted.extensionNumber)"
            )
        case .allExtensionNumbersOfType(let name):
            guard let numbers = index.extensionNumbers(of: name) else {
                return failure(.notFound, "there is no message '\(name)'")
            }
            var response = GrpcReflectionV1.ExtensionNumberResponse()
            response.baseTypeName = name
            response.extensionNumber = numbers
            return .allExtensionNumbersResponse(response)
        case .listServices:
            var response = GrpcReflectionV1.ListServiceResponse()
            response.service = index.services.map { name in
                var service = GrpcReflectionV1.ServiceResponse()
                service.name = name
                return service
            }
            return .listServicesResponse(response)
        case nil:
            return failure(.invalidArgument, "nothing is asked")
        }
    }

    private func files(
        _ descriptors: [[UInt8]]?,
        orElse message: String
    ) -> GrpcReflectionV1.ServerReflectionResponse.MessageResponse {
        guard let descriptors else { return failure(.notFound, message) }
        var response = GrpcReflectionV1.FileDescriptorResponse()
        response.fileDescriptorProto = descriptors
        return .fileDescriptorResponse(response)
    }

    private func failure(
        _ code: StatusCode,
        _ message: String
    ) -> GrpcReflectionV1.ServerReflectionResponse.MessageResponse {
        var response = GrpcReflectionV1.ErrorResponse()
        response.errorCode = Int32(code.rawValue)
        response.errorMessage = message
        return .errorResponse(response)
    }
}
