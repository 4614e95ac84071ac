CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO _sqlite_migrations (id, migration_set, name, applied_at) VALUES (1, 'kg', 'm001_tables', '2026-11-27 19:23:10.695212+00:00');
INSERT INTO _sqlite_migrations (id, migration_set, name, applied_at) VALUES (2, 'kg', 'm002_routes', '2026-11-27 19:23:10.700763+00:00');
INSERT INTO _sqlite_migrations (id, migration_set, name, applied_at) VALUES (3, 'kg', 'm003_words', '2026-11-27 19:23:10.707012+00:00');
INSERT INTO _sqlite_migrations (id, migration_set, name, applied_at) VALUES (4, 'kg', 'm004_title_hash', '2026-11-27 19:23:10.709113+00:00');
INSERT INTO _sqlite_migrations (id, migration_set, name, applied_at) VALUES (5, 'kg', 'm005_topic_tree', '2026-11-27 19:23:10.716809+00:00');
INSERT INTO _sqlite_migrations (id, migration_set, name, applied_at) VALUES (6, 'kg', 'm006_author_aliases', '2026-11-27 19:23:10.718159+00:00');
INSERT INTO _sqlite_migrations (id, migration_set, name, applied_at) VALUES (7, 'kg', 'm007_since', '2026-11-27 19:23:10.719286+00:00');
INSERT INTO _sqlite_migrations (id, migration_set, name, applied_at) VALUES (8, 'kg', 'm008_history', '2026-11-27 19:23:10.719701+00:00');
CREATE TABLE sources (
  location TEXT PRIMARY KEY, given TEXT NOT NULL, added_at TEXT NOT NULL) STRICT;
INSERT INTO sources (location, given, added_at) VALUES ('/lists', 'lists', '2026-11-27T19:23:11+00:00');
CREATE TABLE documents (
  id INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE, source TEXT NOT NULL,
  location TEXT NOT NULL UNIQUE, title TEXT NOT NULL, content_hash TEXT NOT NULL,
  read_at TEXT NOT NULL) STRICT;
INSERT INTO documents (id, slug, source, location, title, content_hash, read_at) VALUES (1, 'awesome-wide-networks', 'lists/awesome.md', '/lists/awesome.md', 'Awesome Wide Networks', 'bf5bdda518b003343ae0d28b2fb1612c86f2072e9eacc79b79741ebd5e8363d4', '2026-11-27T19:23:11+00:00');
INSERT INTO documents (id, slug, source, location, title, content_hash, read_at) VALUES (2, 'seminar-on-deep-learning', 'lists/notes.txt', '/lists/notes.txt', 'Seminar on deep learning', '7a203cd43617aca9458f8119f2b70b47543b7bf59d1f5ddd3129811b52575243', '2026-11-27T19:23:11+00:00');
CREATE TABLE papers (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, arxiv_id TEXT UNIQUE, doi TEXT,
  title TEXT, title_key TEXT, abstract TEXT, published TEXT, updated TEXT, version INTEGER,
  comment TEXT, journal_ref TEXT, withdrawn INTEGER NOT NULL DEFAULT 0, url TEXT, pdf_url TEXT,
  metadata_source TEXT, fetched_at TEXT, bulk INTEGER NOT NULL DEFAULT 0,
  in_library INTEGER NOT NULL DEFAULT 0, text_hash TEXT, fts_stale INTEGER NOT NULL DEFAULT 1, title_hash INTEGER) STRICT;
INSERT INTO papers (number, id, arxiv_id, doi, title, title_key, abstract, published, updated, version, comment, journal_ref, withdrawn, url, pdf_url, metadata_source, fetched_at, bulk, in_library, text_hash, fts_stale, title_hash) VALUES (1, '1806.07572', '1806.07572', NULL, 'Neural Tangent Kernel: Convergence and Generalization in Neural Networks', 'neural tangent kernel convergence and generalization in neural networks', 'As layers grow infinitely wide, training a network by gradient descent becomes regression with a fixed kernel, the neural tangent kernel $\Theta$, which explains convergence.', '2018-06-20', '2020-02-10', 4, NULL, NULL, 0, 'https://arxiv.org/abs/1806.07572', 'https://arxiv.org/pdf/1806.07572', 'arxiv', '2026-11-27T19:23:11+00:00', 0, 1, 'af6082bd267bbc395cd454b0983f07e1', 0, 3405745851330123864);
INSERT INTO papers (number, id, arxiv_id, doi, title, title_key, abstract, published, updated, version, comment, journal_ref, withdrawn, url, pdf_url, metadata_source, fetched_at, bulk, in_library, text_hash, fts_stale, title_hash) VALUES (2, '1811.03962', '1811.03962', NULL, 'A Convergence Theory for Deep Learning via Over-Parameterization', 'a convergence theory for deep learning via over parameterization', 'Gradient descent finds global minima of very wide deep networks in polynomial time.', '2018-11-09', '2018-11-09', 1, NULL, NULL, 0, 'https://arxiv.org/abs/1811.03962', 'https://arxiv.org/pdf/1811.03962', 'arxiv', '2026-11-27T19:23:11+00:00', 0, 1, '3639d937287840e788a0092cda3984ad', 0, 4264199340322905570);
INSERT INTO papers (number, id, arxiv_id, doi, title, title_key, abstract, published, updated, version, comment, journal_ref, withdrawn, url, pdf_url, metadata_source, fetched_at, bulk, in_library, text_hash, fts_stale, title_hash) VALUES (3, '1803.03635', '1803.03635', NULL, 'The Lottery Ticket Hypothesis: Finding Sparse, Trainable Neural Networks', 'the lottery ticket hypothesis finding sparse trainable neural networks', 'Dense networks hold sparse subnetworks that train as well alone, from the same start.', '2018-03-09', '2018-03-09', 1, NULL, NULL, 0, 'https://arxiv.org/abs/1803.03635', 'https://arxiv.org/pdf/1803.03635', 'arxiv', '2026-11-27T19:23:11+00:00', 0, 1, '22965fd37fea8fa3b464fafbc4fe2f2a', 0, 8220295027875814745);
INSERT INTO papers (number, id, arxiv_id, doi, title, title_key, abstract, published, updated, version, comment, journal_ref, withdrawn, url, pdf_url, metadata_source, fetched_at, bulk, in_library, text_hash, fts_stale, title_hash) VALUES (4, '1912.05671', '1912.05671', NULL, 'Linear Mode Connectivity and the Lottery Ticket Hypothesis', 'linear mode connectivity and the lottery ticket hypothesis', 'Winning tickets appear once two noisy training runs end in one connected valley.', '2019-12-11', '2019-12-11', 1, NULL, NULL, 0, 'https://arxiv.org/abs/1912.05671', 'https://arxiv.org/pdf/1912.05671', 'arxiv', '2026-11-27T19:23:11+00:00', 0, 1, '5424ceea38410e5d39af40a46f72aba2', 0, -995618479180168183);
INSERT INTO papers (number, id, arxiv_id, doi, title, title_key, abstract, published, updated, version, comment, journal_ref, withdrawn, url, pdf_url, metadata_source, fetched_at, bulk, in_library, text_hash, fts_stale, title_hash) VALUES (7, 'hep-th/9901001', 'hep-th/9901001', NULL, 'A Paper with an Old Identifier', 'a paper with an old identifier', 'Nothing about networks: strings & branes, 5 % of <everything>.', '1999-01-04', '1999-01-04', 1, 'This paper has been withdrawn', NULL, 1, 'https://arxiv.org/abs/hep-th/9901001', 'https://arxiv.org/pdf/hep-th/9901001', 'arxiv', '2026-11-27T19:23:11+00:00', 0, 1, 'b1ef21300f29f55b54fa62f6c625ef33', 0, 3321243612870106984);
INSERT INTO papers (number, id, arxiv_id, doi, title, title_key, abstract, published, updated, version, comment, journal_ref, withdrawn, url, pdf_url, metadata_source, fetched_at, bulk, in_library, text_hash, fts_stale, title_hash) VALUES (8, '2001.99999', '2001.99999', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 'https://arxiv.org/abs/2001.99999', 'https://arxiv.org/pdf/2001.99999', 'document', NULL, 0, 1, NULL, 0, NULL);
INSERT INTO papers (number, id, arxiv_id, doi, title, title_key, abstract, published, updated, version, comment, journal_ref, withdrawn, url, pdf_url, metadata_source, fetched_at, bulk, in_library, text_hash, fts_stale, title_hash) VALUES (9, '1812.11118', '1812.11118', '10.1073/pnas.1903070116', 'Reconciling modern machine learning practice and the bias-variance trade-off', 'reconciling modern machine learning practice and the bias variance trade off', 'Test error falls, rises and falls again as capacity passes the point of interpolation.', '2018-12-28', '2018-12-28', 1, NULL, 'PNAS July 24, 2019 116 (32)', 0, 'https://arxiv.org/abs/1812.11118', 'https://arxiv.org/pdf/1812.11118', 'arxiv', '2026-11-27T19:23:11+00:00', 0, 1, '6144cdfcea71182e1f7046f761ecad70', 0, 8901913619671992791);
INSERT INTO papers (number, id, arxiv_id, doi, title, title_key, abstract, published, updated, version, comment, journal_ref, withdrawn, url, pdf_url, metadata_source, fetched_at, bulk, in_library, text_hash, fts_stale, title_hash) VALUES (10, '1905.10337', '1905.10337', NULL, 'What Can ResNet Learn Efficiently, Going Beyond Kernels?', 'what can resnet learn efficiently going beyond kernels', NULL, '2019-05-24', '2019-05-24', 1, NULL, NULL, 0, 'https://arxiv.org/abs/1905.10337', 'https://arxiv.org/pdf/1905.10337', 'arxiv', '2026-11-27T19:23:11+00:00', 0, 1, '7657cef82ad02c4fc764e83a3c8df2e9', 0, -7898570179816003321);
CREATE TABLE aliases (
  alias TEXT PRIMARY KEY,
  paper INTEGER NOT NULL REFERENCES papers (number) ON DELETE CASCADE) STRICT, WITHOUT ROWID;
INSERT INTO aliases (alias, paper) VALUES ('openreview:rJl-b3RcF7', 3);
INSERT INTO aliases (alias, paper) VALUES ('doi:10.1073/pnas.1903070116', 9);
INSERT INTO aliases (alias, paper) VALUES ('reconciling-modern-machine-learning-practice-and-the-bias-e9c039bd', 9);
INSERT INTO aliases (alias, paper) VALUES ('title:reconciling modern machine learning practice and the bias variance trade off', 9);
INSERT INTO aliases (alias, paper) VALUES ('title:reconciling modern machine learning practice and the bias variance trade off|belkin', 9);
INSERT INTO aliases (alias, paper) VALUES ('title:what can resnet learn efficiently going beyond kernels', 10);
INSERT INTO aliases (alias, paper) VALUES ('title:what can resnet learn efficiently going beyond kernels|zhu', 10);
INSERT INTO aliases (alias, paper) VALUES ('what-can-resnet-learn-efficiently-going-beyond-kernels-7cb17460', 10);
CREATE TABLE authors (id TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO authors (id, name) VALUES ('ana-maria-lopez', 'Ana María López');
INSERT INTO authors (id, name) VALUES ('arthur-jacot', 'Arthur Jacot');
INSERT INTO authors (id, name) VALUES ('clement-hongler', 'Clément Hongler');
INSERT INTO authors (id, name) VALUES ('daniel-hsu', 'Daniel Hsu');
INSERT INTO authors (id, name) VALUES ('daniel-m-roy', 'Daniel M. Roy');
INSERT INTO authors (id, name) VALUES ('franck-gabriel', 'Franck Gabriel');
INSERT INTO authors (id, name) VALUES ('gintare-karolina-dziugaite', 'Gintare Karolina Dziugaite');
INSERT INTO authors (id, name) VALUES ('jonathan-frankle', 'Jonathan Frankle');
INSERT INTO authors (id, name) VALUES ('michael-carbin', 'Michael Carbin');
INSERT INTO authors (id, name) VALUES ('mikhail-belkin', 'Mikhail Belkin');
INSERT INTO authors (id, name) VALUES ('siyuan-ma', 'Siyuan Ma');
INSERT INTO authors (id, name) VALUES ('soumik-mandal', 'Soumik Mandal');
INSERT INTO authors (id, name) VALUES ('yuanzhi-li', 'Yuanzhi Li');
INSERT INTO authors (id, name) VALUES ('zeyuan-allen-zhu', 'Zeyuan Allen-Zhu');
INSERT INTO authors (id, name) VALUES ('zhao-song', 'Zhao Song');
CREATE TABLE paper_authors (
  paper INTEGER NOT NULL REFERENCES papers (number) ON DELETE CASCADE, position INTEGER NOT NULL,
  author TEXT NOT NULL REFERENCES authors (id), name TEXT NOT NULL,
  PRIMARY KEY (paper, position)) STRICT, WITHOUT ROWID;
INSERT INTO paper_authors (paper, position, author, name) VALUES (1, 0, 'arthur-jacot', 'Arthur Jacot');
INSERT INTO paper_authors (paper, position, author, name) VALUES (1, 1, 'franck-gabriel', 'Franck Gabriel');
INSERT INTO paper_authors (paper, position, author, name) VALUES (1, 2, 'clement-hongler', 'Clément Hongler');
INSERT INTO paper_authors (paper, position, author, name) VALUES (2, 0, 'zeyuan-allen-zhu', 'Zeyuan Allen-Zhu');
INSERT INTO paper_authors (paper, position, author, name) VALUES (2, 1, 'yuanzhi-li', 'Yuanzhi Li');
INSERT INTO paper_authors (paper, position, author, name) VALUES (2, 2, 'zhao-song', 'Zhao Song');
INSERT INTO paper_authors (paper, position, author, name) VALUES (3, 0, 'jonathan-frankle', 'Jonathan Frankle');
INSERT INTO paper_authors (paper, position, author, name) VALUES (3, 1, 'michael-carbin', 'Michael Carbin');
INSERT INTO paper_authors (paper, position, author, name) VALUES (4, 0, 'jonathan-frankle', 'Jonathan Frankle');
INSERT INTO paper_authors (paper, position, author, name) VALUES (4, 1, 'gintare-karolina-dziugaite', 'Gintare Karolina Dziugaite');
INSERT INTO paper_authors (paper, position, author, name) VALUES (4, 2, 'daniel-m-roy', 'Daniel M. Roy');
INSERT INTO paper_authors (paper, position, author, name) VALUES (4, 3, 'michael-carbin', 'Michael Carbin');
INSERT INTO paper_authors (paper, position, author, name) VALUES (7, 0, 'ana-maria-lopez', 'Ana María López');
INSERT INTO paper_authors (paper, position, author, name) VALUES (9, 0, 'mikhail-belkin', 'Mikhail Belkin');
INSERT INTO paper_authors (paper, position, author, name) VALUES (9, 1, 'daniel-hsu', 'Daniel Hsu');
INSERT INTO paper_authors (paper, position, author, name) VALUES (9, 2, 'siyuan-ma', 'Siyuan Ma');
INSERT INTO paper_authors (paper, position, author, name) VALUES (9, 3, 'soumik-mandal', 'Soumik Mandal');
INSERT INTO paper_authors (paper, position, author, name) VALUES (10, 0, 'zeyuan-allen-zhu', 'Zeyuan Allen-Zhu');
INSERT INTO paper_authors (paper, position, author, name) VALUES (10, 1, 'yuanzhi-li', 'Yuanzhi Li');
CREATE TABLE paper_categories (
  paper INTEGER NOT NULL REFERENCES papers (number) ON DELETE CASCADE, position INTEGER NOT NULL,
  category TEXT NOT NULL, PRIMARY KEY (paper, position)) STRICT, WITHOUT ROWID;
INSERT INTO paper_categories (paper, position, category) VALUES (1, 0, 'cs.LG');
INSERT INTO paper_categories (paper, position, category) VALUES (2, 0, 'cs.LG');
INSERT INTO paper_categories (paper, position, category) VALUES (3, 0, 'cs.LG');
INSERT INTO paper_categories (paper, position, category) VALUES (4, 0, 'cs.LG');
INSERT INTO paper_categories (paper, position, category) VALUES (9, 1, 'cs.LG');
INSERT INTO paper_categories (paper, position, category) VALUES (10, 0, 'cs.LG');
INSERT INTO paper_categories (paper, position, category) VALUES (3, 1, 'cs.NE');
INSERT INTO paper_categories (paper, position, category) VALUES (7, 0, 'hep-th');
INSERT INTO paper_categories (paper, position, category) VALUES (1, 1, 'stat.ML');
INSERT INTO paper_categories (paper, position, category) VALUES (9, 0, 'stat.ML');
CREATE TABLE mentions (
  id INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  line INTEGER NOT NULL, section TEXT NOT NULL, title TEXT, link_text TEXT, urls TEXT NOT NULL,
  arxiv_id TEXT, doi TEXT, authors TEXT NOT NULL, venue TEXT, year INTEGER, remark TEXT,
  paper INTEGER REFERENCES papers (number), since INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO mentions (id, document, line, section, title, link_text, urls, arxiv_id, doi, authors, venue, year, remark, paper, since) VALUES (1, 1, 11, '["Awesome Wide Networks", "Kernels"]', 'Neural Tangent Kernel: Convergence and Generalization in Neural Networks', NULL, '["https://arxiv.org/abs/1806.07572"]', '1806.07572', NULL, '["Arthur Jacot", "Franck Gabriel", "Clément Hongler"]', 'NeurIPS', 2018, 'Keywords: Kernel. · Where the kernel view began; read this one first.', 1, 1);
INSERT INTO mentions (id, document, line, section, title, link_text, urls, arxiv_id, doi, authors, venue, year, remark, paper, since) VALUES (2, 1, 17, '["Awesome Wide Networks", "Kernels"]', NULL, 'convergence by width', '["https://arxiv.org/pdf/1811.03962v5.pdf"]', '1811.03962', NULL, '["Allen-Zhu"]', NULL, 2018, 'a long proof, worth it', 2, 1);
INSERT INTO mentions (id, document, line, section, title, link_text, urls, arxiv_id, doi, authors, venue, year, remark, paper, since) VALUES (3, 1, 21, '["Awesome Wide Networks", "Sparsity"]', 'The Lottery Ticket Hypothesis', 'The Lottery Ticket Hypothesis', '["https://openreview.net/forum?id=rJl-b3RcF7", "https://arxiv.org/abs/1803.03635"]', '1803.03635', NULL, '[]', NULL, NULL, NULL, 3, 1);
INSERT INTO mentions (id, document, line, section, title, link_text, urls, arxiv_id, doi, authors, venue, year, remark, paper, since) VALUES (4, 1, 22, '["Awesome Wide Networks", "Sparsity"]', 'Linear Mode Connectivity and the Lottery Ticket Hypothesis', 'Linear Mode Connectivity and the Lottery Ticket Hypothesis', '["https://arxiv.org/abs/1912.05671"]', '1912.05671', NULL, '[]', NULL, NULL, NULL, 4, 1);
INSERT INTO mentions (id, document, line, section, title, link_text, urls, arxiv_id, doi, authors, venue, year, remark, paper, since) VALUES (5, 2, 7, '["Generalisation", "Why capacity misleads"]', 'Reconciling modern machine learning practice and the bias-variance trade-off', NULL, '[]', NULL, NULL, '["Mikhail Belkin", "Daniel Hsu"]', 'ICML', 2018, NULL, 9, 1);
INSERT INTO mentions (id, document, line, section, title, link_text, urls, arxiv_id, doi, authors, venue, year, remark, paper, since) VALUES (6, 2, 12, '["Generalisation", "Beyond kernels"]', 'What Can ResNet Learn Efficiently, Going Beyond Kernels?', NULL, '[]', NULL, NULL, '["Zeyuan Allen-Zhu", "Yuanzhi Li"]', 'Neurips', 2019, NULL, 10, 1);
INSERT INTO mentions (id, document, line, section, title, link_text, urls, arxiv_id, doi, authors, venue, year, remark, paper, since) VALUES (7, 2, 15, '["Generalisation", "Beyond kernels"]', NULL, NULL, '["https://arxiv.org/abs/hep-th/9901001"]', 'hep-th/9901001', NULL, '[]', NULL, NULL, 'An older one: arXiv:hep-th/9901001, and one that arXiv does not know, arXiv:2001.99999.', 7, 1);
INSERT INTO mentions (id, document, line, section, title, link_text, urls, arxiv_id, doi, authors, venue, year, remark, paper, since) VALUES (8, 2, 15, '["Generalisation", "Beyond kernels"]', NULL, NULL, '["https://arxiv.org/abs/2001.99999"]', '2001.99999', NULL, '[]', NULL, NULL, 'An older one: arXiv:hep-th/9901001, and one that arXiv does not know, arXiv:2001.99999.', 8, 1);
CREATE TABLE citations (
  citing INTEGER NOT NULL REFERENCES papers (number) ON DELETE CASCADE,
  cited INTEGER NOT NULL REFERENCES papers (number) ON DELETE CASCADE, source TEXT NOT NULL,
  PRIMARY KEY (citing, cited, source)) STRICT, WITHOUT ROWID;
CREATE TABLE topics (id TEXT PRIMARY KEY, label TEXT NOT NULL, parent TEXT REFERENCES topics (id) ON DELETE SET NULL, source TEXT NOT NULL DEFAULT 'headings') STRICT, WITHOUT ROWID;
INSERT INTO topics (id, label, parent, source) VALUES ('beyond-kernels', 'Beyond kernels', 'generalisation', 'headings');
INSERT INTO topics (id, label, parent, source) VALUES ('generalisation', 'Generalisation', NULL, 'headings');
INSERT INTO topics (id, label, parent, source) VALUES ('kernels', 'Kernels', NULL, 'headings');
INSERT INTO topics (id, label, parent, source) VALUES ('sparsity', 'Sparsity', NULL, 'headings');
INSERT INTO topics (id, label, parent, source) VALUES ('why-capacity-misleads', 'Why capacity misleads', 'generalisation', 'headings');
CREATE TABLE paper_topics (
  paper INTEGER NOT NULL REFERENCES papers (number) ON DELETE CASCADE,
  topic TEXT NOT NULL REFERENCES topics (id) ON DELETE CASCADE,
  PRIMARY KEY (paper, topic)) STRICT, WITHOUT ROWID;
INSERT INTO paper_topics (paper, topic) VALUES (7, 'beyond-kernels');
INSERT INTO paper_topics (paper, topic) VALUES (8, 'beyond-kernels');
INSERT INTO paper_topics (paper, topic) VALUES (10, 'beyond-kernels');
INSERT INTO paper_topics (paper, topic) VALUES (1, 'kernels');
INSERT INTO paper_topics (paper, topic) VALUES (2, 'kernels');
INSERT INTO paper_topics (paper, topic) VALUES (3, 'sparsity');
INSERT INTO paper_topics (paper, topic) VALUES (4, 'sparsity');
INSERT INTO paper_topics (paper, topic) VALUES (9, 'why-capacity-misleads');
CREATE TABLE vectors (
  id INTEGER PRIMARY KEY, text_hash TEXT NOT NULL, model TEXT NOT NULL, vector BLOB NOT NULL,
  UNIQUE (text_hash, model)) STRICT;
INSERT INTO vectors (id, text_hash, model, vector) VALUES (1, '7657cef82ad02c4fc764e83a3c8df2e9', 'words-64', X'887A653D27224FBB7B685FBAB57FFFBDB11EE3BAA337233DD7561A3E6502C0BDC4A7DABD1994023D67A09A3A0BD6963D6CA50ABE44E44EBE81E8023E0ECDD13D6F42F93D18DD06BEAE715DBE885B163D8E05703EB74367BDD82856BD796853BEC3F16D3D702BC83BC2AE863B89A754BE2AE789BE60E556BE0057A03DFAA6413E0F3CCABD0160D23C15DE1CBBBD44C7BDE9DC79BEA24D83BC02B10DBDAE37BBBDE96319BE8F8BE8BD5C3155BDD4A6B2BDC6855EBBDCCE213EE9C033BEABAEC7BD12B3FEBDF784613CE34123BE446FE8BCB49C13B9BE96023E78EC453C6033B1BD908B7C3E9FA39D3D1C3421BD4F2F903EA4F0EA3ADB18FDBD15701F3E6A154CBD');
INSERT INTO vectors (id, text_hash, model, vector) VALUES (2, 'b1ef21300f29f55b54fa62f6c625ef33', 'words-64', X'B8151C3EDFFBBDBDB0C66E3DB785D5BDA57457BB51ABD03A22B32A3D7B4B183E76C468BD2FD58ABDF707123E39106A3D957A3D3E5CB1C0BD24C531BE0AAAA03D35D8FDBB46999E3DD0A081BCC60E33BE4C3CCB3CFF3FB93D20AF23BEFD5B493E6607F7BCA0CD1E3ED15C283ED31A6D3DECAA573DEFD6FFBD7FB9CD3ECE06843DF6E0DE3D615E1A3ED32BD83CA22A6CBEE8310E3B7F10183DBACBBB3DBE84B03C67657D3E45B20BBEEA5CA13D6A62EFBB16B0793C37C764BD372AA83D7A8418BECA7B39BCCE53D43D7F05D5BCEF3754BDC87A21BEA952913E369B213EC685DBBDBAF403BECCB8AABDA2D1263ED4AAFEBD3F01233DFDC8943D221AA9BCCE931E3E');
INSERT INTO vectors (id, text_hash, model, vector) VALUES (3, '5424ceea38410e5d39af40a46f72aba2', 'words-64', X'F83970BDE8CF42BEC93BDEBDBC723838B063133ED38D0EBEC89F40BEBB55483EEB2A6B3B95EC35BE17F249BD9E84AA3C13640ABEE2B1BD3DC722CFBDF352F6BD9204873DC737AE3C6722143E43C73CBE6EF6613DD62F0DBE9D6695BD4675413E1A609BBD4933ABBD8418F03D53EAC1BD7CA0953D3EAB16BE38D986BC3F01FC3DE88C2FBE879938BD9A8403BD2B969C3D6D0F043EC1B9BBBC98A2E9BDDC15053EFDC1CBBCBF3CC6BC9501833E9D41393DDCA9733E5D5DAEBD7824DABD6F0AF0BCA0885DBED08C7A3CC23710BEB4C39D3D2B01D93D3EE5D8BC8715C43D7AAD913E07D15D3DDA3DE2BD4400ECBD384B82BE2ACE803D781D4C3E9A030DBDA51F93BD');
INSERT INTO vectors (id, text_hash, model, vector) VALUES (4, '3639d937287840e788a0092cda3984ad', 'words-64', X'49D93F3E1C60353D9F81FFBB55FC033EADED093DC3F755BDFA40A43BA519853EBCB9033D6F4EBC3D9B0696BD0F116BBEBC47903D117ECD3D6AC794BE47083EBDC12D433E8B2BCA3D5B502EBE324E003BCACB8ABEF0D46CBEC4AF06BE5A0E03BE4BE489BDE82B5ABE57808FBD7160DF3DAC6318BE6167FDBB8A80B83D8CFAE13D4E2C673DF97E0E3D547A383D44F91EBDA06F14BE8A63ECBD8E39C1BC82AB343D0F73E5BCD0E8173E496BB53B6A2A2C3D95A9343CD7355C3E0FDC0D3E1648D0BD43AD7CBCF9D0D43D32BA0BBD21148CBD85A22DBD37FEBABC50786C3E79B12EBE90B3C8BDE287073EBBAD5C3E757F47BD392D353D7FE0243EC56DA9BD2912653D');
INSERT INTO vectors (id, text_hash, model, vector) VALUES (5, '22965fd37fea8fa3b464fafbc4fe2f2a', 'words-64', X'B0890C3D1499CF3D511C1BBE6099A63D5B7D923DE399C6BD8662FF3D6295D5BC3A30373CB1ACF8BD62A98A3D8E7BB93DB9572EBD2F7A58BE195AF0BD85CD133E3DC021BE620F51BDDF9C78BDDE79303D191F19BD7AB4A63DF61790BDF2AC6A3E9D1AD4BC0CA7003E572F5CBDE107553ECB14D73C42C1523DC6AE1FBE26A1503C9B94A0BD72DEC9BDADE3853D3DD426BE6962C13C635A6ABE61F347BC0596803E581E99BD4C96D83D5BD35E3E0B7C6F3E912BB53E46657B3DE9708DBE8E000ABE13B740BC21431CBE85A02A3E923AAF3C5F8D93BD0FC910BDDEA7E2BD330C3CBE01C1BC3CDCAD863DFB8DA43D516BE9BCC7B5413D4FD585BDEA3D5DBB30DF51BD');
INSERT INTO vectors (id, text_hash, model, vector) VALUES (6, '6144cdfcea71182e1f7046f761ecad70', 'words-64', X'9074F13D715767BE7E8582BD6AF9FE3B5BDEF33D3CCE323A95A26D3D122A37BD8ED67BBDACADCBBDDEE945BE338548BC32E9C3BCBA13C63C3D87CBBD761CE13D1197213C375300BE954A403D568F843D11E38A3CEFA342BE9B6FDD3D2C81283E1F50823B4EB7BDBD5F62BE3E87B4A53D650334BE58473ABE6098433DF461913E2466A8BD0BDA7EBE8A7E7ABD4B3CDCBBB596AD3C7C890B3D035063BE1F862F3E2053813C0AF2013E6787DF3CDC33233EE9FA6D3E68A2DBBCA23E85BDE963413DBDC0723DB67C1A3E8E03123E2D3225BED410BABD9929A23D58B9E5BC6D9F653E1FB78DBD79BFAFBD1F04B63C4EBB803D3E4EBD3DB5DECD3D2FCB853D93F993BD');
INSERT INTO vectors (id, text_hash, model, vector) VALUES (7, 'af6082bd267bbc395cd454b0983f07e1', 'words-64', X'6976293EE0FBCF3D8A1F0D3D4646FC3C1895ECBDB0FC3BBCA750CF3DD650883E0F95DBBD2C87E3BD226656BCD66A66BE2D3006BE8E7D0C3E77C101BEBDF6B6BCD828733D284BDF3CD2B01CBE03021DBE0DB4D4BD2F4124BEE9D593BD3566183EE1B7943C8BAC653C05C3FD3D21C537BEC79D0A3EEE27083E86D71C3E2576D63D3211253E6DF64B3E921B263D3C31D7BC2DF81EBE4DE4C93CC75F3ABEB7BA6B3E6D0C52BD91BE7EBDB047223D3317883BAE65B93C375B2ABE1383B73DD6FCA5BD00E194BD36E81F3E65C26A3DE7CF20BE3333A2BDCE71863EA870483DEFE4A0BD9502113ECB15A9BC25EF533E57761DBE58D08F3D7FCE953D9F6843BEF2CE8F3B');
CREATE TABLE runs (
  id INTEGER PRIMARY KEY, started_at TEXT NOT NULL, finished_at TEXT, outcome TEXT) STRICT;
INSERT INTO runs (id, started_at, finished_at, outcome) VALUES (1, '2026-11-27T19:23:10+00:00', '2026-11-27T19:23:12+00:00', '{"documents_read": 2, "documents_unchanged": 0, "documents_removed": [], "mentions": 8, "requests": 3, "requests_to": {"arXiv": 2, "arXiv''s OAI-PMH": 1, "Semantic Scholar": 2, "OpenAlex": 2}, "fetched": 5, "harvested": 0, "references_fetched": 0, "resolved_by_title": 2, "embedded": 7, "unknown_to_arxiv": ["2001.99999"], "changes": [], "news": {"papers": 8, "mentions": 8, "first_papers": [{"paper": "1806.07572", "title": "Neural Tangent Kernel: Convergence and Generalization in Neural Networks"}, {"paper": "1811.03962", "title": "A Convergence Theory for Deep Learning via Over-Parameterization"}, {"paper": "1803.03635", "title": "The Lottery Ticket Hypothesis: Finding Sparse, Trainable Neural Networks"}, {"paper": "1912.05671", "title": "Linear Mode Connectivity and the Lottery Ticket Hypothesis"}, {"paper": "hep-th/9901001", "title": "A Paper with an Old Identifier"}, {"paper": "2001.99999", "title": null}, {"paper": "1812.11118", "title": "Reconciling modern machine learning practice and the bias-variance trade-off"}, {"paper": "1905.10337", "title": "What Can ResNet Learn Efficiently, Going Beyond Kernels?"}], "first_mentions": [{"paper": "1806.07572", "title": "Neural Tangent Kernel: Convergence and Generalization in Neural Networks", "document": "lists/awesome.md", "line": 11}, {"paper": "1811.03962", "title": "A Convergence Theory for Deep Learning via Over-Parameterization", "document": "lists/awesome.md", "line": 17}, {"paper": "1803.03635", "title": "The Lottery Ticket Hypothesis: Finding Sparse, Trainable Neural Networks", "document": "lists/awesome.md", "line": 21}, {"paper": "1912.05671", "title": "Linear Mode Connectivity and the Lottery Ticket Hypothesis", "document": "lists/awesome.md", "line": 22}, {"paper": "1812.11118", "title": "Reconciling modern machine learning practice and the bias-variance trade-off", "document": "lists/notes.txt", "line": 7}, {"paper": "1905.10337", "title": "What Can ResNet Learn Efficiently, Going Beyond Kernels?", "document": "lists/notes.txt", "line": 12}, {"paper": "hep-th/9901001", "title": "A Paper with an Old Identifier", "document": "lists/notes.txt", "line": 15}, {"paper": "2001.99999", "title": null, "document": "lists/notes.txt", "line": 15}]}, "problems": [], "notes": [], "last_change": 0, "last_paper": 10}');
CREATE TABLE states (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO states (name, value) VALUES ('joined', 800626983951138912);
INSERT INTO states (name, value) VALUES ('relations', 800626983951138912);
INSERT INTO states (name, value) VALUES ('texts', 800626983951138858);
INSERT INTO states (name, value) VALUES ('words', 800626983951138833);
CREATE VIRTUAL TABLE papers_fts USING fts5 (
  title, abstract, authors, remarks, tokenize = 'porter unicode61 remove_diacritics 2');
INSERT INTO papers_fts (rowid, title, abstract, authors, remarks) VALUES (1, 'Neural Tangent Kernel: Convergence and Generalization in Neural Networks', 'As layers grow infinitely wide, training a network by gradient descent becomes regression with a fixed kernel, the neural tangent kernel $\Theta$, which explains convergence.', 'Arthur Jacot, Franck Gabriel, Clément Hongler', 'Keywords: Kernel. · Where the kernel view began; read this one first.');
INSERT INTO papers_fts (rowid, title, abstract, authors, remarks) VALUES (2, 'A Convergence Theory for Deep Learning via Over-Parameterization', 'Gradient descent finds global minima of very wide deep networks in polynomial time.', 'Zeyuan Allen-Zhu, Yuanzhi Li, Zhao Song', 'a long proof, worth it … convergence by width');
INSERT INTO papers_fts (rowid, title, abstract, authors, remarks) VALUES (3, 'The Lottery Ticket Hypothesis: Finding Sparse, Trainable Neural Networks', 'Dense networks hold sparse subnetworks that train as well alone, from the same start.', 'Jonathan Frankle, Michael Carbin', NULL);
INSERT INTO papers_fts (rowid, title, abstract, authors, remarks) VALUES (4, 'Linear Mode Connectivity and the Lottery Ticket Hypothesis', 'Winning tickets appear once two noisy training runs end in one connected valley.', 'Jonathan Frankle, Gintare Karolina Dziugaite, Daniel M. Roy, Michael Carbin', NULL);
INSERT INTO papers_fts (rowid, title, abstract, authors, remarks) VALUES (7, 'A Paper with an Old Identifier', 'Nothing about networks: strings & branes, 5 % of <everything>.', 'Ana María López', 'An older one: arXiv:hep-th/9901001, and one that arXiv does not know, arXiv:2001.99999.');
INSERT INTO papers_fts (rowid, title, abstract, authors, remarks) VALUES (9, 'Reconciling modern machine learning practice and the bias-variance trade-off', 'Test error falls, rises and falls again as capacity passes the point of interpolation.', 'Mikhail Belkin, Daniel Hsu, Siyuan Ma, Soumik Mandal', NULL);
INSERT INTO papers_fts (rowid, title, abstract, authors, remarks) VALUES (10, 'What Can ResNet Learn Efficiently, Going Beyond Kernels?', NULL, 'Zeyuan Allen-Zhu, Yuanzhi Li', NULL);
CREATE TABLE asks (
  paper INTEGER NOT NULL REFERENCES papers (number) ON DELETE CASCADE, route TEXT NOT NULL,
  answer TEXT NOT NULL, asked_at TEXT NOT NULL, PRIMARY KEY (paper, route)) STRICT, WITHOUT ROWID;
INSERT INTO asks (paper, route, answer, asked_at) VALUES (1, 'arxiv', 'known', '2026-11-27T19:23:11.102190+00:00');
INSERT INTO asks (paper, route, answer, asked_at) VALUES (1, 'openalex-references', 'none', '2026-11-27T19:23:11.199606+00:00');
INSERT INTO asks (paper, route, answer, asked_at) VALUES (1, 's2-references', 'none', '2026-11-27T19:23:11.187871+00:00');
INSERT INTO asks (paper, route, answer, asked_at) VALUES (2, 'arxiv', 'known', '2026-11-27T19:23:11.102190+00:00');
INSERT INTO asks (paper, route, answer, asked_at) VALUES (2, 'openalex-references', 'none', '2026-11-27T19:23:11.199606+00:00');
INSERT INTO asks (paper, route, answer, asked_at) VALUES (2, 's2-references', 'none', '2026-11-27T19:23:11.187871+00:00');
INSERT INTO asks (paper, route, answer, asked_at) VALUES (3, 'arxiv', 'known', '2026-11-27T19:23:11.102190+00:00');
INSERT INTO asks (paper, route, answer, asked_at) VALUES (3, 'openalex-references', 'none', '2026-11-27T19:23:11.199606+00:00');
INSERT INTO asks (paper, route, answer, asked_at) VALUES (3, 's2-references', 'none', '2026-11-27T19:23:11.187871+00:00');
INSERT INTO asks (paper, route, answer, asked_at) VALUES (4, 'arxiv', 'known', '2026-11-27T19:23:11.102190+00:00');
INSERT INTO asks (paper, route, answer, asked_at) VALUES (4, 'openalex-references', 'none', '2026-11-27T19:23:11.199606+00:00');
INSERT INTO asks (paper, route, answer, asked_at) VALUES (4, 's2-references', 'none', '2026-11-27T19:23:11.187871+00:00');
INSERT INTO asks (paper, route, answer, asked_at) VALUES (7, 'arxiv', 'known', '2026-11-27T19:23:11.102190+00:00');
INSERT INTO asks (paper, route, answer, asked_at) VALUES (7, 'openalex-references', 'none', '2026-11-27T19:23:11.199606+00:00');
INSERT INTO asks (paper, route, answer, asked_at) VALUES (7, 's2-references', 'none', '2026-11-27T19:23:11.187871+00:00');
INSERT INTO asks (paper, route, answer, asked_at) VALUES (8, 'arxiv', 'unknown', '2026-11-27T19:23:11.102190+00:00');
INSERT INTO asks (paper, route, answer, asked_at) VALUES (8, 'oai', 'unknown', '2026-11-27T19:23:11.131644+00:00');
INSERT INTO asks (paper, route, answer, asked_at) VALUES (8, 's2', 'unknown', '2026-11-27T19:23:11.144547+00:00');
INSERT INTO asks (paper, route, answer, asked_at) VALUES (9, 'openalex-references', 'none', '2026-11-27T19:23:11.199606+00:00');
INSERT INTO asks (paper, route, answer, asked_at) VALUES (9, 's2-references', 'none', '2026-11-27T19:23:11.187871+00:00');
INSERT INTO asks (paper, route, answer, asked_at) VALUES (10, 'openalex-references', 'none', '2026-11-27T19:23:11.199606+00:00');
INSERT INTO asks (paper, route, answer, asked_at) VALUES (10, 's2-references', 'none', '2026-11-27T19:23:11.187871+00:00');
CREATE TABLE pauses (service TEXT PRIMARY KEY, until TEXT NOT NULL, reason TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE resolutions (
  work TEXT PRIMARY KEY, paper INTEGER NOT NULL REFERENCES papers (number) ON DELETE CASCADE,
  route TEXT NOT NULL, rule TEXT NOT NULL, confidence REAL NOT NULL, at TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO resolutions (work, paper, route, rule, confidence, at) VALUES ('reconciling-modern-machine-learning-practice-and-the-bias-e9c039bd', 9, 'arxiv-title', 'equal title and author', 0.99, '2026-11-27T19:23:11+00:00');
INSERT INTO resolutions (work, paper, route, rule, confidence, at) VALUES ('what-can-resnet-learn-efficiently-going-beyond-kernels-7cb17460', 10, 'arxiv-title', 'equal title and author', 0.99, '2026-11-27T19:23:11+00:00');
CREATE TABLE changes (
  id INTEGER PRIMARY KEY, paper INTEGER NOT NULL REFERENCES papers (number) ON DELETE CASCADE,
  what TEXT NOT NULL, before TEXT, after TEXT, at TEXT NOT NULL) STRICT;
CREATE TABLE harvests (
  set_name TEXT PRIMARY KEY, since TEXT NOT NULL, next_day TEXT, token TEXT,
  until TEXT) STRICT, WITHOUT ROWID
;
CREATE TABLE retired_topics (
  id TEXT PRIMARY KEY, label TEXT NOT NULL, source TEXT NOT NULL, at TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE topics_made_of (state TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO topics_made_of (state, value) VALUES ('relations', 800626983951138912);
INSERT INTO topics_made_of (state, value) VALUES ('texts', 800626983951138858);
CREATE TABLE author_aliases (alias TEXT PRIMARY KEY, author TEXT NOT NULL REFERENCES authors (id), rule TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX papers_by_title ON papers (title_key);
CREATE INDEX papers_by_text ON papers (text_hash);
CREATE INDEX papers_stale ON papers (number) WHERE fts_stale;
CREATE INDEX aliases_by_paper ON aliases (paper);
CREATE INDEX paper_authors_by_author ON paper_authors (author);
CREATE INDEX paper_categories_by_category ON paper_categories (category);
CREATE INDEX mentions_by_document ON mentions (document);
CREATE INDEX mentions_by_paper ON mentions (paper);
CREATE INDEX citations_by_cited ON citations (cited);
CREATE INDEX paper_topics_by_topic ON paper_topics (topic);
CREATE INDEX resolutions_by_paper ON resolutions (paper);
CREATE INDEX papers_by_title_hash ON papers (title_hash);
CREATE INDEX author_aliases_by_author ON author_aliases (author);
CREATE TRIGGER texts_papers_insert AFTER INSERT ON papers BEGIN UPDATE states SET value = value + 1 WHERE name = 'texts'; END;
CREATE TRIGGER texts_papers_delete AFTER DELETE ON papers BEGIN UPDATE states SET value = value + 1 WHERE name = 'texts'; END;
CREATE TRIGGER texts_papers_update AFTER UPDATE OF text_hash, in_library ON papers WHEN OLD.text_hash IS NOT NEW.text_hash OR OLD.in_library IS NOT NEW.in_library BEGIN UPDATE states SET value = value + 1 WHERE name = 'texts'; END;
CREATE TRIGGER texts_vectors_insert AFTER INSERT ON vectors BEGIN UPDATE states SET value = value + 1 WHERE name = 'texts'; END;
CREATE TRIGGER texts_vectors_delete AFTER DELETE ON vectors BEGIN UPDATE states SET value = value + 1 WHERE name = 'texts'; END;
CREATE TRIGGER texts_vectors_update AFTER UPDATE OF vector ON vectors WHEN OLD.vector IS NOT NEW.vector BEGIN UPDATE states SET value = value + 1 WHERE name = 'texts'; END;
CREATE TRIGGER relations_papers_insert AFTER INSERT ON papers BEGIN UPDATE states SET value = value + 1 WHERE name = 'relations'; END;
CREATE TRIGGER relations_papers_delete AFTER DELETE ON papers BEGIN UPDATE states SET value = value + 1 WHERE name = 'relations'; END;
CREATE TRIGGER relations_papers_update AFTER UPDATE OF id, title, published, in_library, metadata_source ON papers WHEN OLD.id IS NOT NEW.id OR OLD.title IS NOT NEW.title OR OLD.published IS NOT NEW.published OR OLD.in_library IS NOT NEW.in_library OR OLD.metadata_source IS NOT NEW.metadata_source BEGIN UPDATE states SET value = value + 1 WHERE name = 'relations'; END;
CREATE TRIGGER relations_paper_authors_insert AFTER INSERT ON paper_authors BEGIN UPDATE states SET value = value + 1 WHERE name = 'relations'; END;
CREATE TRIGGER relations_paper_authors_delete AFTER DELETE ON paper_authors BEGIN UPDATE states SET value = value + 1 WHERE name = 'relations'; END;
CREATE TRIGGER relations_paper_authors_update AFTER UPDATE OF author ON paper_authors WHEN OLD.author IS NOT NEW.author BEGIN UPDATE states SET value = value + 1 WHERE name = 'relations'; END;
CREATE TRIGGER relations_paper_categories_insert AFTER INSERT ON paper_categories BEGIN UPDATE states SET value = value + 1 WHERE name = 'relations'; END;
CREATE TRIGGER relations_paper_categories_delete AFTER DELETE ON paper_categories BEGIN UPDATE states SET value = value + 1 WHERE name = 'relations'; END;
CREATE TRIGGER relations_paper_categories_update AFTER UPDATE OF category ON paper_categories WHEN OLD.category IS NOT NEW.category BEGIN UPDATE states SET value = value + 1 WHERE name = 'relations'; END;
CREATE TRIGGER relations_mentions_insert AFTER INSERT ON mentions BEGIN UPDATE states SET value = value + 1 WHERE name = 'relations'; END;
CREATE TRIGGER relations_mentions_delete AFTER DELETE ON mentions BEGIN UPDATE states SET value = value + 1 WHERE name = 'relations'; END;
CREATE TRIGGER relations_mentions_update AFTER UPDATE OF paper, section, document ON mentions WHEN OLD.paper IS NOT NEW.paper OR OLD.section IS NOT NEW.section OR OLD.document IS NOT NEW.document BEGIN UPDATE states SET value = value + 1 WHERE name = 'relations'; END;
CREATE TRIGGER relations_citations_insert AFTER INSERT ON citations BEGIN UPDATE states SET value = value + 1 WHERE name = 'relations'; END;
CREATE TRIGGER relations_citations_delete AFTER DELETE ON citations BEGIN UPDATE states SET value = value + 1 WHERE name = 'relations'; END;
CREATE TRIGGER relations_citations_update AFTER UPDATE OF source ON citations WHEN OLD.source IS NOT NEW.source BEGIN UPDATE states SET value = value + 1 WHERE name = 'relations'; END;
CREATE TRIGGER relations_documents_insert AFTER INSERT ON documents BEGIN UPDATE states SET value = value + 1 WHERE name = 'relations'; END;
CREATE TRIGGER relations_documents_delete AFTER DELETE ON documents BEGIN UPDATE states SET value = value + 1 WHERE name = 'relations'; END;
CREATE TRIGGER relations_documents_update AFTER UPDATE OF slug, title ON documents WHEN OLD.slug IS NOT NEW.slug OR OLD.title IS NOT NEW.title BEGIN UPDATE states SET value = value + 1 WHERE name = 'relations'; END;
CREATE TRIGGER stale_paper_authors_insert AFTER INSERT ON paper_authors BEGIN UPDATE papers SET fts_stale = 1 WHERE number =  NEW.paper; END;
CREATE TRIGGER stale_paper_authors_delete AFTER DELETE ON paper_authors BEGIN UPDATE papers SET fts_stale = 1 WHERE number =  OLD.paper; END;
CREATE TRIGGER stale_paper_authors_update AFTER UPDATE OF name ON paper_authors WHEN OLD.name IS NOT NEW.name BEGIN UPDATE papers SET fts_stale = 1 WHERE number =  NEW.paper; END;
CREATE TRIGGER stale_mentions_insert AFTER INSERT ON mentions BEGIN UPDATE papers SET fts_stale = 1 WHERE number =  NEW.paper; END;
CREATE TRIGGER stale_mentions_delete AFTER DELETE ON mentions BEGIN UPDATE papers SET fts_stale = 1 WHERE number =  OLD.paper; END;
CREATE TRIGGER stale_mentions_update AFTER UPDATE OF paper, remark, link_text ON mentions WHEN OLD.paper IS NOT NEW.paper OR OLD.remark IS NOT NEW.remark OR OLD.link_text IS NOT NEW.link_text BEGIN UPDATE papers SET fts_stale = 1 WHERE number =  NEW.paper; END;
CREATE TRIGGER stale_papers_update AFTER UPDATE OF title, abstract, in_library ON papers WHEN OLD.title IS NOT NEW.title OR OLD.abstract IS NOT NEW.abstract OR OLD.in_library IS NOT NEW.in_library BEGIN UPDATE papers SET fts_stale = 1 WHERE number =  NEW.number; END;
CREATE VIEW topic_holds AS WITH RECURSIVE holds (topic, part) AS (
  SELECT id, id FROM topics UNION SELECT holds.topic, topics.id FROM holds JOIN topics ON topics.parent = holds.part)
  SELECT topic, part FROM holds;
CREATE VIEW papers_within_topics AS
  SELECT DISTINCT paper, holds.topic FROM paper_topics JOIN topic_holds holds ON holds.part = paper_topics.topic;
