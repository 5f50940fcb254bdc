// In place of Mosaic, which only Embedding Atlas's view of a database needs, and not the view of arrays.
module.exports = { MosaicClient: class {} };
