/// How far the fetching of a model is.
package struct FetchProgress: Sendable, Hashable {
  /// The file that is being fetched, below the repository.
  package let path: String
  /// Its number among all files of the model, from 1, and how many those are.
  package let number: Int
  package let count: Int
  /// The bytes of the model that are there, and that there will be.
  package let bytes: Int
  package let totalBytes: Int
  /// How many of the bytes that are there were fetched now.
  package let newBytes: Int
}
