import T5RankCLI

CommandLineTool.main()
