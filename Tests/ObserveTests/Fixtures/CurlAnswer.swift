import TestKit

/// What curl got for a request: status, fields and body.
struct CurlAnswer {
    let status: Int
    let fields: [String: String]
    let body: String

    /// Runs curl with options and an address.
    static func get(_ arguments: String...) async throws -> CurlAnswer {
        try await get(arguments)
    }

    /// Runs curl with options and an address.
    static func get(_ arguments: [String]) async throws -> CurlAnswer {
        let output = try await OutsideProgram.run(
            ["curl", "--silent", "--show-error", "--include", "--max-time", "60"] + arguments
        )
        guard output.status == 0, let answer = CurlAnswer(output.text) else {
            throw CurlFailure(status: output.status, output: output.text + output.errors)
        }
        return answer
    }

    private init?(_ text: String) {
        // Characters of Swift: a carriage return and a newline are one.
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].split(separator: "\r\n")
        guard let words = lines.first?.split(separator: " "), words.count > 1,
            let status = Int(words[1])
        else { return nil }
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            fields[line[..<colon].lowercased()] = String(value)
        }
        self.status = status
        self.fields = fields
        body = String(text[end.upperBound...])
    }
}

/// Why there was no answer.
struct CurlFailure: Error {
    let status: Int32
    let output: String
}
