"""Codes that publishers put into DOIs, and the journals or meetings that they stand for."""

from __future__ import annotations


def _table(text: str) -> dict[str, str]:
    """`code Name of the journal`, one a line."""
    pairs = (line.strip().partition(" ") for line in text.strip().splitlines())
    return {code: name for code, _, name in pairs}


IEEE_JOURNALS = _table("""
access IEEE Access
jbhi IEEE Journal of Biomedical and Health Informatics
jiot IEEE Internet of Things Journal
jproc Proceedings of the IEEE
jsac IEEE Journal on Selected Areas in Communications
jsen IEEE Sensors Journal
jstars IEEE Journal of Selected Topics in Applied Earth Observations and Remote Sensing
jstsp IEEE Journal of Selected Topics in Signal Processing
lcomm IEEE Communications Letters
lcsys IEEE Control Systems Letters
lgrs IEEE Geoscience and Remote Sensing Letters
lra IEEE Robotics and Automation Letters
lsp IEEE Signal Processing Letters
lwc IEEE Wireless Communications Letters
mci IEEE Computational Intelligence Magazine
mcom IEEE Communications Magazine
mis IEEE Intelligent Systems
tac IEEE Transactions on Automatic Control
taffc IEEE Transactions on Affective Computing
taslp IEEE/ACM Transactions on Audio, Speech, and Language Processing
tbme IEEE Transactions on Biomedical Engineering
tcad IEEE Transactions on Computer-Aided Design of Integrated Circuits and Systems
tcbb IEEE/ACM Transactions on Computational Biology and Bioinformatics
tci IEEE Transactions on Computational Imaging
tcst IEEE Transactions on Control Systems Technology
tcsvt IEEE Transactions on Circuits and Systems for Video Technology
tcyb IEEE Transactions on Cybernetics
tevc IEEE Transactions on Evolutionary Computation
tfuzz IEEE Transactions on Fuzzy Systems
tgrs IEEE Transactions on Geoscience and Remote Sensing
tifs IEEE Transactions on Information Forensics and Security
tip IEEE Transactions on Image Processing
tit IEEE Transactions on Information Theory
tits IEEE Transactions on Intelligent Transportation Systems
tkde IEEE Transactions on Knowledge and Data Engineering
tmi IEEE Transactions on Medical Imaging
tmm IEEE Transactions on Multimedia
tnn IEEE Transactions on Neural Networks
tnnls IEEE Transactions on Neural Networks and Learning Systems
tpami IEEE Transactions on Pattern Analysis and Machine Intelligence
tpds IEEE Transactions on Parallel and Distributed Systems
tro IEEE Transactions on Robotics
tse IEEE Transactions on Software Engineering
tsg IEEE Transactions on Smart Grid
tsipn IEEE Transactions on Signal and Information Processing over Networks
tsp IEEE Transactions on Signal Processing
tvcg IEEE Transactions on Visualization and Computer Graphics
twc IEEE Transactions on Wireless Communications
""")

IEEE_MEETINGS = _table("""
asru IEEE Automatic Speech Recognition and Understanding Workshop (ASRU)
allerton Annual Allerton Conference on Communication, Control, and Computing (Allerton)
bigdata IEEE International Conference on Big Data (Big Data)
cdc IEEE Conference on Decision and Control (CDC)
cec IEEE Congress on Evolutionary Computation (CEC)
cvpr IEEE Conference on Computer Vision and Pattern Recognition (CVPR)
cvprw IEEE Conference on Computer Vision and Pattern Recognition Workshops (CVPRW)
embc Annual International Conference of the IEEE Engineering in Medicine and Biology Society (EMBC)
focs IEEE Symposium on Foundations of Computer Science (FOCS)
icassp IEEE International Conference on Acoustics, Speech and Signal Processing (ICASSP)
iccv IEEE International Conference on Computer Vision (ICCV)
iccvw IEEE International Conference on Computer Vision Workshops (ICCVW)
icde IEEE International Conference on Data Engineering (ICDE)
icdm IEEE International Conference on Data Mining (ICDM)
icdmw IEEE International Conference on Data Mining Workshops (ICDMW)
icip IEEE International Conference on Image Processing (ICIP)
icmla IEEE International Conference on Machine Learning and Applications (ICMLA)
icpr International Conference on Pattern Recognition (ICPR)
icra IEEE International Conference on Robotics and Automation (ICRA)
icse IEEE/ACM International Conference on Software Engineering (ICSE)
ijcnn International Joint Conference on Neural Networks (IJCNN)
iros IEEE/RSJ International Conference on Intelligent Robots and Systems (IROS)
isbi IEEE International Symposium on Biomedical Imaging (ISBI)
isit IEEE International Symposium on Information Theory (ISIT)
lics ACM/IEEE Symposium on Logic in Computer Science (LICS)
mlsp IEEE International Workshop on Machine Learning for Signal Processing (MLSP)
smc IEEE International Conference on Systems, Man, and Cybernetics (SMC)
wacv IEEE Winter Conference on Applications of Computer Vision (WACV)
""")

ACL_MEETINGS = _table("""
acl Annual Meeting of the Association for Computational Linguistics (ACL)
coling International Conference on Computational Linguistics (COLING)
conll Conference on Computational Natural Language Learning (CoNLL)
eacl Conference of the European Chapter of the Association for Computational Linguistics (EACL)
emnlp Conference on Empirical Methods in Natural Language Processing (EMNLP)
naacl Conference of the North American Chapter of the Association for Computational Linguistics (NAACL)
semeval International Workshop on Semantic Evaluation (SemEval)
""")

ELSEVIER = _table("""
acha Applied and Computational Harmonic Analysis
artint Artificial Intelligence
asoc Applied Soft Computing
automatica Automatica
cma Computer Methods in Applied Mechanics and Engineering
cpc Computer Physics Communications
csda Computational Statistics & Data Analysis
csl Computer Speech & Language
cviu Computer Vision and Image Understanding
dsp Digital Signal Processing
ejor European Journal of Operational Research
engappai Engineering Applications of Artificial Intelligence
eswa Expert Systems with Applications
ijar International Journal of Approximate Reasoning
inffus Information Fusion
ins Information Sciences
ipl Information Processing Letters
ipm Information Processing & Management
jbi Journal of Biomedical Informatics
jcp Journal of Computational Physics
jcss Journal of Computer and System Sciences
jmva Journal of Multivariate Analysis
jspi Journal of Statistical Planning and Inference
knosys Knowledge-Based Systems
laa Linear Algebra and its Applications
media Medical Image Analysis
neucom Neurocomputing
neuroimage NeuroImage
neunet Neural Networks
patcog Pattern Recognition
patrec Pattern Recognition Letters
physa Physica A: Statistical Mechanics and its Applications
physd Physica D: Nonlinear Phenomena
physrep Physics Reports
robot Robotics and Autonomous Systems
spa Stochastic Processes and their Applications
specom Speech Communication
spl Statistics & Probability Letters
tcs Theoretical Computer Science
""")

SPRINGER = _table("""
00211 Numerische Mathematik
00220 Communications in Mathematical Physics
00357 Journal of Classification
00453 Algorithmica
00500 Soft Computing
00521 Neural Computing and Applications
10107 Mathematical Programming
10115 Knowledge and Information Systems
10208 Foundations of Computational Mathematics
10458 Autonomous Agents and Multi-Agent Systems
10462 Artificial Intelligence Review
10489 Applied Intelligence
10514 Autonomous Robots
10579 Language Resources and Evaluation
10589 Computational Optimization and Applications
10618 Data Mining and Knowledge Discovery
10710 Genetic Programming and Evolvable Machines
10844 Journal of Intelligent Information Systems
10846 Journal of Intelligent & Robotic Systems
10851 Journal of Mathematical Imaging and Vision
10898 Journal of Global Optimization
10915 Journal of Scientific Computing
10955 Journal of Statistical Physics
10994 Machine Learning
11042 Multimedia Tools and Applications
11063 Neural Processing Letters
11192 Scientometrics
11222 Statistics and Computing
11263 International Journal of Computer Vision
11634 Advances in Data Analysis and Classification
12559 Cognitive Computation
""")

PHYSICAL_REVIEW = _table("""
physreva Physical Review A
physrevb Physical Review B
physrevc Physical Review C
physrevd Physical Review D
physreve Physical Review E
physrevx Physical Review X
physrevapplied Physical Review Applied
physrevlett Physical Review Letters
physrevresearch Physical Review Research
revmodphys Reviews of Modern Physics
""")

# By how a DOI begins. Behind a letter, a digit must follow.
OTHERS = _table("""
10.1038/nature Nature
10.1038/ncomms Nature Communications
10.1038/nmeth. Nature Methods
10.1038/nphys Nature Physics
10.1038/s41467- Nature Communications
10.1038/s41586- Nature
10.1038/s41592- Nature Methods
10.1038/s41598- Scientific Reports
10.1038/s42256- Nature Machine Intelligence
10.1038/srep Scientific Reports
10.1073/pnas. Proceedings of the National Academy of Sciences
10.1080/01621459. Journal of the American Statistical Association
10.1080/10618600. Journal of Computational and Graphical Statistics
10.1093/bioinformatics/ Bioinformatics
10.1093/biomet/ Biometrika
10.1093/imaiai/ Information and Inference: A Journal of the IMA
10.1098/rsif. Journal of the Royal Society Interface
10.1098/rspa. Proceedings of the Royal Society A
10.1098/rsta. Philosophical Transactions of the Royal Society A
10.1111/rssb. Journal of the Royal Statistical Society: Series B
10.1126/science. Science
10.1126/sciadv. Science Advances
10.1162/artl_ Artificial Life
10.1162/coli_ Computational Linguistics
10.1162/evco_ Evolutionary Computation
10.1162/neco_ Neural Computation
10.1162/tacl_ Transactions of the Association for Computational Linguistics
10.1371/journal.pbio. PLOS Biology
10.1371/journal.pcbi. PLOS Computational Biology
10.1371/journal.pone. PLOS ONE
10.1613/jair. Journal of Artificial Intelligence Research
10.7554/elife. eLife
""")

# By the letters after the year: `10.1214/13-AOS1140`.
STATISTICS = _table("""
aap Annals of Applied Probability
aoas Annals of Applied Statistics
aop Annals of Probability
aos Annals of Statistics
ba Bayesian Analysis
bej Bernoulli
ecp Electronic Communications in Probability
ejp Electronic Journal of Probability
ejs Electronic Journal of Statistics
ss Statistics Surveys
sts Statistical Science
""")
