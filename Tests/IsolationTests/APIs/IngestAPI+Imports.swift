import Contracts
import Messages
import RPC
import TestTenants
import Wire

extension TenantAPI {
    /// Calls of imports, each with an import of its own.
    static let importCalls: [TenantCall] = [
        TenantCall(IngestV1.Imports.createImport) { channel, words in
            let client = IngestV1.Imports.Client(channel)
            return [try await client.createImport(creation(words)).message.canonicalBytes()]
        },
        TenantCall(IngestV1.Imports.uploadFile) { channel, words in
            let client = IngestV1.Imports.Client(channel)
            let paths = "path,conversions\n\(words.canary) > \(words.canary),1\n\(words.canary),x\n"
            return [
                try await upload(paths, client, words).encoded(),
                try await upload(events(words), client, words).encoded(),
            ]
        },
        TenantCall(IngestV1.Imports.getImport) { channel, words in
            let client = IngestV1.Imports.Client(channel)
            var request = IngestV1.GetImportRequest()
            request.importID = try await upload(events(words), client, words).importID
            return [try await client.getImport(request).message.canonicalBytes()]
        },
        .unary(
            IngestV1.Imports.listImports,
            answering: IngestV1.ListImportsResponse.View.self
        ) { _ in IngestV1.ListImportsRequest() },
        TenantCall(IngestV1.Imports.watchImport) { channel, words in
            let client = IngestV1.Imports.Client(channel)
            var request = IngestV1.WatchImportRequest()
            request.importID = try await upload(events(words), client, words).importID
            let call = try await client.watchImport(request)
            var answers: [SharedBytes] = []
            while let answer = try await call.next() { answers.append(answer.canonicalBytes()) }
            return answers
        },
        TenantCall(IngestV1.Imports.previewImport) { channel, words in
            let client = IngestV1.Imports.Client(channel)
            var request = IngestV1.PreviewImportRequest()
            request.importID = try await upload(events(words), client, words) { $0.hold = true }
                .importID
            return [try await client.previewImport(request).message.canonicalBytes()]
        },
        TenantCall(IngestV1.Imports.startImport) { channel, words in
            let client = IngestV1.Imports.Client(channel)
            var request = IngestV1.StartImportRequest()
            request.importID = try await upload(events(words), client, words) { $0.hold = true }
                .importID
            return [try await client.startImport(request).message.canonicalBytes()]
        },
        TenantCall(IngestV1.Imports.cancelImport) { channel, words in
            let client = IngestV1.Imports.Client(channel)
            var request = IngestV1.CancelImportRequest()
            request.importID = try await upload(events(words), client, words) { $0.hold = true }
                .importID
            return [try await client.cancelImport(request).message.canonicalBytes()]
        },
    ]

    private static func creation(
        _ words: TenantWords,
        _ change: (inout IngestV1.CreateImportRequest) -> Void = { _ in }
    ) -> IngestV1.CreateImportRequest {
        var request = IngestV1.CreateImportRequest()
        request.name = "\(words.canary).csv"
        request.source = words.canary
        request.again = true
        change(&request)
        return request
    }

    private static func events(_ words: TenantWords) -> String {
        """
        timestamp,event,user_id,channel
        2026-01-31T12:00:00Z,page,\(words.canary),of \(words.canary)
        yesterday,page,\(words.canary),of \(words.canary)

        """
    }

    /// Imports a text.
    private static func upload(
        _ text: String,
        _ client: IngestV1.Imports.Client,
        _ words: TenantWords,
        _ change: (inout IngestV1.CreateImportRequest) -> Void = { _ in }
    ) async throws -> IngestV1.Import {
        let created = try await client.createImport(creation(words, change)).message.value()
        let call = try await client.uploadFile()
        var part = IngestV1.UploadFileRequest()
        part.importID = created.importID
        part.data = Array(text.utf8)
        try await call.send(part)
        return try await call.finish().message.value()
    }
}
