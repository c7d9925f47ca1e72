// What libpq and the server say, as errors.
extension PostgresError {
    private static let longestMessage = 1_024

    /// The failure that a result tells of.
    ///
    /// - Parameters:
    ///   - result: a failed one.
    ///   - query: the name of its statement.
    init(_ result: LibpqResult, query: String?) {
        guard let code = result.failureField("C") else {
            // libpq's own: it lost the connection, or lost its way in the protocol.
            self.init(.connectionLost, Self.firstLine(result.failureText), query: query)
            return
        }
        let state = SQLState(code)
        let report = ServerReport(
            sqlState: state,
            severity: result.failureField("V") ?? result.failureField("S") ?? "ERROR",
            schema: result.failureField("s"),
            table: result.failureField("t"),
            column: result.failureField("c"),
            constraint: result.failureField("n")
        )
        self.init(
            state.meansConnectionLost || report.endsSession ? .connectionLost : .server,
            Self.firstLine(result.failureField("M") ?? ""),
            query: query,
            report: report
        )
    }

    /// The failure of an attempt to connect.
    ///
    /// - Parameter text: libpq's account, with an SQLSTATE behind `FATAL:` if the server sent one.
    init(connecting text: String) {
        var state: SQLState?
        for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" })
        where word.count == 6 && word.last == ":" {
            let code = word.dropLast()
            let isCode = code.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
            // Several servers may have been tried: the last one's word counts.
            if isCode, code != "FATAL", code != "ERROR", code != "PANIC" {
                state = SQLState(String(code))
            }
        }
        self.init(
            state?.meansLoginRefused == true ? .loginRefused : .connectFailed,
            Self.firstLine(text),
            report: state.map { ServerReport(sqlState: $0, severity: "FATAL") }
        )
    }

    private static func firstLine(_ text: String) -> String {
        let line = text.drop { $0 == "\n" }.prefix { $0 != "\n" }
        return String(line.prefix(longestMessage))
    }
}
