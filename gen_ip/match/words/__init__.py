"""Works that share local features with a picture: the way to crops, collages and pictures within
pictures.

Every feature of a work is filed under one of 65,536 *words*, the codes of a vocabulary
(`vocabulary`), as a *posting* (`postings`). A picture's features look into the postings of the
words nearest to them, and works are ranked by what they find there (`searching`): J. Sivic and
A. Zisserman, "Video Google: A Text Retrieval Approach to Object Matching in Videos", 2003, with the
signatures and the weak geometry of H. Jégou, M. Douze and C. Schmid, "Hamming Embedding and Weak
Geometric Consistency for Large Scale Image Search", 2008.
"""
