import TestMessages
import Testing

@testable import Wire

@Suite("CSV")
struct CSVTableTests {
    private func csv(
        _ value: some MessageValue,
        _ schema: MessageSchema,
        _ options: JSONOptions = JSONOptions()
    ) throws -> String {
        let table = try #require(CSVTable(schema))
        var text = OutputBuffer()
        try table.write(value.encoded(), options: options, to: &text)
        return String(repairing: text.bytes)
    }

    @Test("has a row for each message of a list, and columns for those within")
    func list() throws {
        var response = TestingV1.ListJobsResponse()
        var job = TestingV1.Job()
        job.name = "jobs/1"
        job.state = .running
        job.progress = 0.5
        job.result = TestingV1.Export()
        job.result?.title = "a, \"b\"\r\nc"
        job.result?.items = 1 << 60
        job.result?.instances = ["x", "y"]
        response.jobs = [job, TestingV1.Job()]
        let lines = try csv(response, TestingV1.ListJobsResponse.schema)
        #expect(
            lines
                == "name,state,progress,progressText,createdAt,finishedAt,result.title,"
                + "result.items,result.last.name,result.last.title,result.last.createdAt,"
                + "result.instances,problem.code,problem.message,cancelRequested\r\n"
                + "jobs/1,STATE_RUNNING,0.5,,,,\"a, \"\"b\"\"\r\nc\",1152921504606846976,,,,"
                + "\"[\"\"x\"\",\"\"y\"\"]\",,,false\r\n"
                + ",STATE_UNSPECIFIED,0,,,,,,,,,,,,false\r\n"
        )
    }

    @Test("has a column for each series, and empty cells after the end of the shorter")
    func series() throws {
        var response = TestingV1.PlotLineResponse()
        response.x = [1, -2]
        response.y = [.infinity, 0.25, 3]
        response.labelNames = ["é\"", "null"]
        var options = JSONOptions()
        options.usesProtoNames = true
        #expect(
            try csv(response, TestingV1.PlotLineResponse.schema, options)
                == "x,y,label_names\r\n1,Infinity,\"é\"\"\"\r\n-2,0.25,null\r\n,3,\r\n"
        )
        #expect(
            try csv(TestingV1.PlotLineResponse(), TestingV1.PlotLineResponse.schema)
                == "x,y,labelNames\r\n"
        )
    }

    @Test(
        "keeps spreadsheets from taking text for formulas",
        arguments: [
            ("=1+1", "\"'=1+1\""), ("@x", "\"'@x\""), ("+a", "\"'+a\""), ("-a", "\"'-a\""),
            ("\tx", "\"'\tx\""), ("-5", "-5"), ("+5", "\"'+5\""), ("a=b", "a=b"),
        ]
    )
    func formulas(text: String, cell: String) throws {
        var response = TestingV1.PlotLineResponse()
        response.labelNames = [text]
        let lines = try csv(response, TestingV1.PlotLineResponse.schema)
        #expect(lines == "x,y,labelNames\r\n,,\(cell)\r\n")
    }

    @Test("is nothing that a message without rows has")
    func none() {
        #expect(CSVTable(TestingV1.Item.schema) == nil)
        #expect(CSVTable(TestingV1.ListItemsResponse.schema) != nil)
    }
}
