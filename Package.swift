// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func library(_ name: String, needs dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(of name: String, needs dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(name)Tests",
    dependencies: [.target(name: name), "Support"] + dependencies,
    swiftSettings: settings)
}

let package = Package(
  name: "t5rank",
  products: [
    .library(name: "T5Rank", targets: ["T5Rank"]),
    .library(name: "ScoreStore", targets: ["ScoreStore"]),
    .executable(name: "t5rank", targets: ["t5rank"]),
  ],
  targets: [
    // C code and C libraries, each behind a small face.
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .target(name: "CSentencePiece", linkerSettings: [.linkedLibrary("sentencepiece")]),
    .target(name: "CKernels"),
    .target(name: "CDigests"),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),

    // Leaves.
    library("JSON"),
    library("RankingCore"),
    library("Digests", needs: ["CDigests"]),
    library("Checkpoints", needs: ["Digests", "JSON"]),
    library("Kernels", needs: ["CKernels", "COpenBLAS"]),
    library("Tokenization", needs: ["CSentencePiece", "JSON"]),

    // Models, rankers, and what a user imports.
    library("Transformers", needs: ["Kernels", "Checkpoints", "JSON"]),
    library(
      "Reranking",
      needs: [
        "Transformers", "Kernels", "Tokenization", "Checkpoints", "RankingCore", "Digests", "JSON",
      ]),
    library("ScoreStore", needs: ["Reranking", "Checkpoints", "Digests", "CSQLite"]),
    library(
      "Retrieval",
      needs: [
        "Reranking", "Transformers", "Kernels", "Tokenization", "Checkpoints", "RankingCore",
        "JSON",
      ]),
    library(
      "Training",
      needs: [
        "TrainingData", "Reranking", "Retrieval", "RankingFormats", "Evaluation", "RankingCore",
        "Transformers",
        "Tokenization", "Kernels", "CKernels", "Checkpoints", "JSON",
      ]),
    library("RankingFormats", needs: ["RankingCore", "Digests", "JSON"]),
    library("ModelHub", needs: ["Digests", "JSON"]),
    library("Evaluation", needs: ["RankingCore"]),
    library(
      "TrainingData",
      needs: ["RankingFormats", "Retrieval", "Reranking", "Kernels", "RankingCore", "JSON"]),
    library(
      "T5Rank",
      needs: [
        "Reranking", "Retrieval", "Evaluation", "RankingFormats", "RankingCore", "Tokenization",
        "Transformers", "Checkpoints", "Training", "TrainingData",
      ]),
    library(
      "T5RankCLI",
      needs: [
        "ModelHub", "Training", "TrainingData", "Reranking", "ScoreStore", "Retrieval",
        "RankingFormats", "Evaluation",
        "RankingCore", "Transformers", "Tokenization", "Checkpoints", "Kernels", "JSON", "Digests",
      ]),
    .executableTarget(name: "t5rank", dependencies: ["T5RankCLI"], swiftSettings: settings),

    // Tests, one target for each module.
    .target(
      name: "Support", dependencies: ["Transformers", "Checkpoints", "Digests", "JSON"],
      path: "Tests/Support",
      swiftSettings: settings),
    tests(of: "JSON"),
    tests(of: "RankingCore"),
    tests(of: "Digests"),
    tests(of: "Checkpoints", needs: ["Digests", "JSON"]),
    tests(of: "Kernels", needs: ["CKernels"]),
    tests(of: "Tokenization", needs: ["JSON"]),
    tests(of: "Transformers", needs: ["Kernels", "Checkpoints", "JSON"]),
    tests(
      of: "Reranking",
      needs: ["RankingCore", "Tokenization", "Transformers", "Checkpoints", "Kernels", "JSON"]),
    tests(
      of: "Retrieval",
      needs: [
        "Reranking", "RankingCore", "RankingFormats", "T5RankCLI", "Tokenization", "Checkpoints",
        "JSON",
      ]),
    tests(
      of: "ScoreStore", needs: ["Reranking", "RankingCore", "Checkpoints", "Digests", "CSQLite"]),
    tests(of: "ModelHub"),
    tests(of: "RankingFormats", needs: ["RankingCore", "JSON"]),
    tests(of: "Evaluation", needs: ["RankingFormats", "RankingCore", "JSON"]),
    tests(
      of: "Training", needs: ["TrainingData", "Transformers", "Kernels", "Checkpoints", "JSON"]),
    tests(
      of: "TrainingData",
      needs: [
        "RankingFormats", "Retrieval", "Reranking", "RankingCore", "Tokenization", "T5RankCLI",
        "JSON",
      ]),
    tests(of: "T5RankCLI", needs: ["ModelHub", "Reranking", "RankingCore", "Checkpoints", "JSON"]),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "T5Rank", "ScoreStore", "Checkpoints", "Digests", "JSON", "Support", "t5rank",
      ],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
